import type { CallContext, ResourceProvider } from '../../src/index.ts';
import { describeModel } from './model-description.ts';

const prefix = 'gatehouse://model/';
const template = `${prefix}{name}`;
const mimeType = 'application/json';
const modelName = /^[A-Za-z0-9_.-]{1,128}$/;

/** Model descriptions as resources, `gatehouse://model/<name>`: those of the models that the caller may read. */
export const modelResources: ResourceProvider = {
  name: 'models',
  async list(context) {
    return readableModels(context).map(({ model }) => ({
      uri: prefix + model.name,
      name: model.name,
      title: model.label,
      description: model.description,
      mimeType,
    }));
  },
  async templates(context) {
    if (readableModels(context).length === 0) return [];
    return [
      {
        uriTemplate: template,
        name: 'model',
        title: 'Model description',
        description: 'Fields of a model and the operations allowed on it.',
        mimeType,
      },
    ];
  },
  touches(uri) {
    const model = modelOf(uri);
    return model === undefined ? undefined : [{ model, operation: 'read' }];
  },
  async read(uri, context) {
    const known = readableModels(context).find(({ model }) => model.name === modelOf(uri));
    if (!known) return undefined;
    return [{ uri, mimeType, text: JSON.stringify(describeModel(known.model.name, context), null, 2) }];
  },
  async complete({ template: asked, argument, value, context }) {
    if (asked !== template || argument !== 'name') return [];
    return readableModels(context)
      .map(({ model }) => model.name)
      .filter(name => name.startsWith(value));
  },
};

function modelOf(uri: string): string | undefined {
  const name = uri.startsWith(prefix) ? uri.slice(prefix.length) : '';
  return modelName.test(name) ? name : undefined;
}

function readableModels({ policy, principal }: CallContext) {
  return policy
    .models(principal)
    .filter(({ operations }) => operations.has('read'))
    .sort((a, b) => (a.model.name < b.model.name ? -1 : 1));
}
