import type { NamedField } from './decode.ts';
import { fieldNotAvailable } from './field-not-available.ts';
import { isShown } from './is-shown.ts';
import { invalid, type RecordsContext } from './records-context.ts';

/**
 * The fields that a caller asks for, each once; FIELD_NOT_AVAILABLE for one that is unknown or not shown. Asked for
 * none in particular: of a search (`brief`) all but json, text and one2many, of a read all but one2many; `id` and
 * `version` are on the record itself.
 */
export function requestedFields(input: {
  context: RecordsContext;
  fields: readonly string[] | undefined;
  brief: boolean;
}): NamedField[] {
  const { context, fields, brief } = input;
  const { access, model } = context;
  if (fields === undefined) return brief ? [...access.briefFields] : [...access.fullFields];
  if (!Array.isArray(fields)) throw invalid('fields', 'a list of field names');
  const named = new Map<string, NamedField[1]>();
  for (const [index, name] of fields.entries()) {
    const field = typeof name === 'string' ? model.fields.get(name) : undefined;
    if (!field || !isShown(access.fields.get(name))) {
      throw fieldNotAvailable({
        model: model.name,
        path: typeof name === 'string' ? name : '?',
        at: `fields[${index}]`,
      });
    }
    named.set(name, field);
  }
  return [...named];
}
