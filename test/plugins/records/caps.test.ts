import { expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type Company, withCompany } from './company.ts';

interface Page {
  readonly id: string;
  readonly values: Record<string, unknown>;
  readonly shortened?: Record<string, number>;
}

describeOnStores('Long answers', open => {
  let company: Company;
  const texts: Record<string, string> = {};

  withCompany(open, async made => {
    company = made;
    const kinds = ['plain text ', '"quoted\\" ', '<b>\u2028', '😀é', 'line\n'];
    for (const [index, kind] of kinds.entries()) {
      const notes = kind.repeat(99_000 / kind.length);
      const [id = ''] = await company.create('x.partner', { name: `Long ${index}`, notes });
      texts[id] = notes;
    }
    await company.create('x.tag', ...Array.from({ length: 200 }, (_, n) => ({ name: `"${'T'.repeat(240)}${n}` })));
  });

  test(`${verifies('TOOL-7')} a search with long texts shortens them and stays within the limit`, async () => {
    const { structured, length } = await company.run('search', { model: 'x.partner', fields: ['name', 'notes'] });
    expect(length).toBeLessThanOrEqual(100_000);
    expect(structured.results).toHaveLength(5);
    expect(structured).toMatchObject({ truncated: true, hint: expect.stringContaining('valueOffset') });
  });

  test(`${verifies('TOOL-7')} the rest of a long text can be read piece by piece`, async () => {
    for (const [id, whole] of Object.entries(texts)) {
      let joined = '';
      let valueOffset: number | undefined = 0;
      while (valueOffset !== undefined) {
        const { structured, length } = await company.run('read', { ids: [id], fields: ['notes'], valueOffset });
        expect(length).toBeLessThanOrEqual(100_000);
        const [page] = structured.records as Page[];
        joined += page?.values.notes;
        valueOffset = page?.shortened?.notes;
      }
      expect(joined).toBe(whole);
    }
  });

  test(`${verifies('TOOL-7')} records that do not fit are left for the next page`, async () => {
    const seen = new Set<string>();
    let offset: unknown = 0;
    while (offset !== undefined) {
      const { structured, length } = await company.run('search', { model: 'x.tag', limit: 200, offset });
      expect(length).toBeLessThanOrEqual(100_000);
      for (const { id } of structured.results as Page[]) seen.add(id);
      if (structured.nextOffset !== undefined) expect(structured).toMatchObject({ truncated: true, total: 200 });
      offset = structured.nextOffset;
    }
    expect(seen.size).toBe(200);
  });

  test(`${verifies('TOOL-7')} search over all models stays within the limit and goes on`, async () => {
    const { structured, length } = await company.run('search', { query: 't', limit: 200 });
    expect(length).toBeLessThanOrEqual(100_000);
    const next = (structured.results as Page[]).length;
    if (next < 200) expect(structured.nextOffset).toBe(next);
  });

  test(`${verifies('TOOL-3', 'TOOL-7')} fetch shortens long values and says so`, async () => {
    for (const id of Object.keys(texts)) {
      const { structured, length } = await company.run('fetch', { id });
      expect(length).toBeLessThanOrEqual(100_000);
      expect(structured.text).toContain('the tool read returns them in full');
    }
  });
});
