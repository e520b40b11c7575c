import { describe, expect, test } from 'vitest';
import { modelResources } from '../../../plugins/records/model-resources.ts';
import { domainOperators } from '../../../src/model/domain-leaf.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { tools } from './all-tools.ts';
import { type Company, nobody, owner, reader, seller, withCompany } from './company.ts';

interface FieldDescription {
  readonly name: string;
  readonly operators: readonly string[];
  readonly [part: string]: unknown;
}

describeOnStores('Listings', open => {
  let company: Company;

  withCompany(open, made => {
    company = made;
  });

  const usable = (who = owner) => Array.from(tools.values()).filter(tool => tool.isUsable?.(company.context(who)));

  test(`${verifies('FIELD-3')} tools that the credential or the rights do not allow are not listed`, () => {
    expect(usable(owner)).toHaveLength(9);
    expect(usable(seller)).toHaveLength(9);
    expect(usable(nobody)).toEqual([]);
    expect(
      usable(reader)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['aggregate', 'describe_model', 'fetch', 'list_models', 'read', 'search']);
  });

  test(`${verifies('FIELD-3', 'PERM-3')} list_models names what the caller could use, and how`, async () => {
    const { structured } = await company.run('list_models', {}, reader);
    expect(structured).toEqual({
      models: [
        { name: 'x.order', label: 'Order', description: 'A sale.', operations: ['read'] },
        { name: 'x.partner', label: 'Contact', description: 'A person or company.', operations: ['read'] },
        { name: 'x.tag', label: 'Tag', description: 'A word that contacts are sorted by.', operations: ['read'] },
      ],
      total: 3,
    });
    const all = await company.run('list_models', { offset: 3 }, owner);
    expect(all.structured).toMatchObject({
      models: [{ name: 'x.vault', operations: ['read', 'write', 'create', 'delete'] }],
    });
  });

  async function fieldsOf(model: string, who = owner): Promise<Map<string, FieldDescription>> {
    const { structured } = await company.run('describe_model', { model }, who);
    return new Map((structured.fields as FieldDescription[]).map(each => [each.name, each]));
  }

  test(`${verifies('FIELD-3')} describe_model describes fields`, async () => {
    const fields = await fieldsOf('x.partner');
    expect(fields.get('name')).toMatchObject({
      kind: 'char',
      label: 'Name',
      required: true,
      writable: true,
      searchable: true,
    });
    expect(fields.get('email')).toMatchObject({ classification: 'pii', help: 'Where letters go.' });
    expect(fields.get('credit')).toMatchObject({ label: 'Credit limit', currency: 'EUR', decimals: 2 });
    expect(fields.get('parent_id')).toMatchObject({ label: 'Parent', relation: 'x.partner' });
    expect(fields.get('vault_id')).toMatchObject({ relation: 'x.vault' });
    expect(fields.get('ref')).toMatchObject({ unique: true });
    expect(fields.get('order_ids')).toMatchObject({ kind: 'one2many', writable: false, relation: 'x.order' });
    expect(fields.get('state')).toMatchObject({
      options: [
        { value: 'new', label: 'New' },
        { value: 'old', label: 'Old customer' },
      ],
    });
    expect(fields.get('createdAt')).toMatchObject({ kind: 'datetime', writable: false });
  });

  test(`${verifies('FIELD-3', 'FIELD-1')} hidden fields and relations to hidden models are not described`, async () => {
    const answer = await company.run('describe_model', { model: 'x.partner' }, seller);
    expect(answer.text).not.toMatch(/secret|internal|vault/);
    const fields = await fieldsOf('x.partner', seller);
    expect([...fields.keys()]).not.toContain('vault_id');
  });

  test(`${verifies('FIELD-3')} with the right to read alone, no field is writable`, async () => {
    for (const { writable } of (await fieldsOf('x.partner', reader)).values()) expect(writable).toBe(false);
  });

  /** Values that fit a field, one of which an operator takes. */
  function fittingValues(model: string, { kind, relation }: FieldDescription): unknown[] {
    const id = `${relation ?? model}/000000000000000000000001`;
    const byKind: Record<string, unknown[]> = {
      integer: [1, [1]],
      float: [1, [1]],
      monetary: [1, [1]],
      boolean: [true, [true]],
      date: ['2026-01-01', ['2026-01-01']],
      datetime: ['2026-01-01T00:00:00Z', ['2026-01-01T00:00:00Z']],
      selection: ['new', ['new']],
      json: [false, [false]],
    };
    return byKind[String(kind)] ?? (relation === undefined ? ['text', ['text'], id, [id]] : [id, [id], 'text']);
  }

  async function isTaken(model: string, name: string, operator: string, values: unknown[]): Promise<boolean> {
    for (const value of values) {
      const answer = company.run('search', { model, domain: [[name, operator, value]], limit: 1 });
      const taken = await answer.then(
        () => true,
        () => false,
      );
      if (taken) return true;
    }
    return false;
  }

  test.each(['x.partner', 'x.order'])(
    `${verifies('TOOL-2')} the operators described for %s are those that search takes`,
    async model => {
      for (const described of (await fieldsOf(model)).values()) {
        for (const operator of domainOperators) {
          const taken = await isTaken(model, described.name, operator, fittingValues(model, described));
          expect(taken, `${described.name} ${operator}`).toBe(described.operators.includes(operator));
        }
      }
    },
  );

  describe('resources', () => {
    const read = (uri: string, who = seller) => modelResources.read(uri, company.context(who));

    test(`${verifies('PROTO-6')} every model that can be read is one, with its description`, async () => {
      const listed = await modelResources.list(company.context(seller));
      expect(listed.map(({ uri }) => uri)).toEqual([
        'gatehouse://model/x.order',
        'gatehouse://model/x.partner',
        'gatehouse://model/x.tag',
      ]);
      const [content] = (await read('gatehouse://model/x.partner')) as {
        uri: string;
        mimeType: string;
        text: string;
      }[];
      expect(content).toMatchObject({ uri: 'gatehouse://model/x.partner', mimeType: 'application/json' });
      const { structured } = await company.run('describe_model', { model: 'x.partner' }, seller);
      expect(JSON.parse(content?.text ?? '')).toEqual(structured);
    });

    test(`${verifies('PROTO-6', 'PERM-3')} forbidden and unknown models are none`, async () => {
      const uris = [
        'gatehouse://model/x.vault',
        'gatehouse://model/x.voult',
        'gatehouse://model/',
        'file:///etc/passwd',
      ];
      for (const uri of uris) expect(await read(uri)).toBeUndefined();
      expect(await read('gatehouse://model/x.vault', owner)).toHaveLength(1);
      for (const uri of ['gatehouse://model/x.partner', uris[0] ?? '']) expect(await read(uri, nobody)).toBeUndefined();
      expect(await modelResources.list(company.context(nobody))).toEqual([]);
      expect(await modelResources.templates?.(company.context(nobody))).toEqual([]);
    });

    const touched: [uri: string, model: string | undefined][] = [
      ['gatehouse://model/x.partner', 'x.partner'],
      ['gatehouse://model/x.vault', 'x.vault'],
      ['gatehouse://model/X.Partner', 'X.Partner'],
      ['gatehouse://model/', undefined],
      ['gatehouse://model/x.partner/y', undefined],
      ['gatehouse://model/x.partner?y', undefined],
      ['gatehouse://model/x%2epartner', undefined],
      ['GATEHOUSE://model/x.partner', undefined],
      ['gatehouse://models/x.partner', undefined],
    ];
    test.each(touched)(`${verifies('PROTO-6')} reading %s touches %s`, (uri, model) => {
      expect(modelResources.touches(uri)).toEqual(model && [{ model, operation: 'read' }]);
    });

    test(`${verifies('PROTO-6', 'PERM-3')} completion knows only models that the caller may read`, async () => {
      const complete = (value: string, who = seller, argument = 'name') =>
        modelResources.complete?.({
          template: 'gatehouse://model/{name}',
          argument,
          value,
          context: company.context(who),
        });
      expect(await complete('x.')).toEqual(['x.order', 'x.partner', 'x.tag']);
      expect(await complete('x.v')).toEqual([]);
      expect(await complete('x.v', owner)).toEqual(['x.vault']);
      expect(await complete('', nobody)).toEqual([]);
      expect(await complete('x.', seller, 'id')).toEqual([]);
    });
  });
});
