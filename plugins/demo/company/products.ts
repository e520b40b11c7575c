import { type DemoRow, demoId } from './row.ts';

/** One line of the price list. A family of products is its name with each of its variants. */
interface Family {
  readonly category: 'beans' | 'tea' | 'machine' | 'grinder' | 'barista' | 'tableware' | 'service';
  readonly names: readonly string[];
  /** What it comes in, and its price in cents. */
  readonly variants: readonly (readonly [variant: string, price: number])[];
  /** Cost in percent of the price. */
  readonly cost: number;
}

const families: readonly Family[] = [
  {
    category: 'beans',
    names: [
      'Ethiopia Yirgacheffe',
      'Colombia Huila',
      'Guatemala Antigua',
      'Kenya Nyeri AA',
      'Brazil Cerrado',
      'Sumatra Mandheling',
      'House Espresso',
      'Decaf Swiss Water',
    ],
    variants: [
      ['250 g', 890],
      ['1 kg', 2990],
      ['10 kg sack', 26900],
    ],
    cost: 58,
  },
  {
    category: 'tea',
    names: ['Darjeeling First Flush', 'Earl Grey', 'Sencha', 'Assam Malty', 'Peppermint', 'Rooibos Vanilla'],
    variants: [
      ['50 bags', 690],
      ['1 kg loose', 4490],
    ],
    cost: 49,
  },
  {
    category: 'machine',
    names: ['Espresso machine Corso', 'Espresso machine Levante', 'Filter brewer Nord', 'Bean-to-cup Piazza'],
    variants: [
      ['one group', 189000],
      ['two groups', 429000],
      ['three groups', 689000],
    ],
    cost: 71,
  },
  {
    category: 'grinder',
    names: ['Grinder Molino', 'Grinder Silenzio'],
    variants: [
      ['55 mm', 42900],
      ['64 mm', 64900],
      ['83 mm', 129000],
    ],
    cost: 68,
  },
  {
    category: 'barista',
    names: ['Tamper walnut', 'Milk jug steel', 'Portafilter double', 'Knock box', 'Brew scale', 'Cleaning powder'],
    variants: [
      ['small', 2450],
      ['large', 3890],
    ],
    cost: 44,
  },
  {
    category: 'tableware',
    names: ['Espresso cup', 'Cappuccino cup', 'Latte glass', 'Tea pot', 'Saucer'],
    variants: [
      ['white, 6 pieces', 2990],
      ['anthracite, 6 pieces', 3290],
      ['sea green, 6 pieces', 3490],
    ],
    cost: 39,
  },
  {
    category: 'service',
    names: ['Barista course', 'Machine maintenance', 'Installation', 'Water analysis'],
    variants: [
      ['half a day', 32000],
      ['one day', 58000],
    ],
    cost: 62,
  },
];

/** The price list: prices differ a little within a family, so that no two lists look alike. */
export function buildProducts(): DemoRow[] {
  const rows: DemoRow[] = [];
  for (const family of families) {
    for (const [nameIndex, name] of family.names.entries()) {
      for (const [variantIndex, [variant, base]] of family.variants.entries()) {
        const number = rows.length + 1;
        const price = Math.round((base * (100 + nameIndex * 6)) / 1000) * 10;
        rows.push({
          id: demoId('product.product', number),
          name: `${name}, ${variant}`,
          code: `${family.category.slice(0, 2).toUpperCase()}-${String(nameIndex + 1).padStart(2, '0')}${variantIndex + 1}`,
          category: family.category,
          price,
          cost: Math.round((price * family.cost) / 100),
          stock: family.category === 'service' ? null : (number * 37) % 240,
          active: number % 23 !== 0,
        });
      }
    }
  }
  return rows;
}
