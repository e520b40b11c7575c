import type { StoredField, StoredModel, StoredType } from '../../src/store/port.ts';

/** The models of the contract: every stored type, every kind of relation, a hierarchy, a cycle between models. */
export const contractModels: readonly StoredModel[] = [
  model('contract.country', [
    stored('name', 'string', { index: true, searchable: true, folded: true }),
    stored('code', 'string', { unique: true }),
    { ...stored('citizen_ids', 'ids'), relation: { model: 'contract.person', inverse: 'country_id' } },
  ]),
  model('contract.tag', [
    stored('name', 'string', { folded: true }),
    { ...stored('owner_id', 'string', { index: true }), relation: { model: 'contract.person' } },
  ]),
  {
    ...model('contract.person', [
      stored('name', 'string', { index: true, searchable: true, folded: true }),
      stored('bio', 'string', { searchable: true }),
      stored('note', 'string'),
      stored('age', 'integer', { index: true }),
      stored('balance', 'integer'),
      stored('score', 'float'),
      stored('active', 'boolean'),
      stored('born', 'string', { index: true }),
      stored('extra', 'json'),
      { ...stored('manager_id', 'string', { index: true }), relation: { model: 'contract.person' } },
      { ...stored('country_id', 'string', { index: true }), relation: { model: 'contract.country' } },
      { ...stored('tag_ids', 'ids', { index: true }), relation: { model: 'contract.tag' } },
      { ...stored('report_ids', 'ids'), relation: { model: 'contract.person', inverse: 'manager_id' } },
    ]),
    indexes: [['country_id', 'age']],
    watched: true,
  },
];

/** A model of the contract; another name is a mistake in the test. */
export function modelNamed(name: string): StoredModel {
  const found = contractModels.find(candidate => candidate.name === name);
  if (!found) throw new TypeError(`no contract model ${name}`);
  return found;
}

function model(name: string, fields: readonly StoredField[]): StoredModel {
  return { name, fields, indexes: [], watched: false };
}

function stored(name: string, type: StoredType, options: Partial<StoredField> = {}): StoredField {
  return { name, type, index: false, unique: false, searchable: false, folded: false, ...options };
}
