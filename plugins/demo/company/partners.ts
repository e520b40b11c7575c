import { companyName, personName, plain } from './names.ts';
import { type Place, places } from './places.ts';
import { type Random, randomFrom } from './random.ts';
import { type DemoRow, demoId } from './row.ts';
import { userIds } from './users.ts';

const tagNames = [
  'Bakery',
  'Café',
  'Catering',
  'Fair trade',
  'Hotel',
  'Key account',
  'Late payer',
  'Newsletter',
  'Office',
  'Prospect',
  'Restaurant',
  'Roaster',
  'Trade fair 2026',
  'VIP',
];

const jobs = ['Owner', 'Purchasing manager', 'Head barista', 'Accountant', 'Hotel manager', 'Kitchen chef'];

const notes = [
  'Deliver before 8 in the morning; the ramp is behind the building.',
  'Wants an offer for a second machine in the spring.',
  'Prefers to be called on Thursdays.',
  'Invoices go to the head office.',
  'Met at the trade fair, interested in fair-trade beans.',
  'Pays late, but always pays.',
  'Opens a second shop next year.',
];

/** Who sells to whom; customers of nobody came by the web shop. */
const salespeople = [userIds.sara, userIds.sara, userIds.admin, userIds.admin, null];

const companyCount = 270;
const privateCount = 40;

/** Companies, the people who work there, and private customers. A person has the salesperson of the company. */
export function buildPartners(): DemoRow[] {
  const random = randomFrom('partners');
  const names = new Set<string>();
  const rows: DemoRow[] = [];
  const add = (row: Omit<DemoRow, 'id'>) => {
    const added: DemoRow = { id: demoId('crm.partner', rows.length + 1), ...row };
    rows.push(added);
    return added;
  };

  for (let company = 0; company < companyCount; company += 1) {
    // A third of the customers are in the company's own country, Germany.
    const place = random.percent(33) ? (places[0] ?? random.pick(places)) : random.pick(places);
    const address = addressIn(place, random);
    const name = companyName({ place, city: address.city, taken: names, random });
    const domain = `${plain(name)}.example`;
    const user = random.pick(salespeople);
    const row = add({
      name,
      is_company: true,
      ...address,
      email: `${random.pick(['info', 'office', 'hello', 'orders'])}@${domain}`,
      phone: random.digits(place.phone),
      tags: tagsFor(random),
      user_id: user,
      credit_limit: random.between(2, 80) * 50_000,
      notes: random.percent(35) ? random.pick(notes) : null,
    });
    for (let person = random.between(1, 3); person > 0; person -= 1) {
      const fullName = personName(place, random);
      add({
        name: fullName,
        is_company: false,
        parent_id: row.id,
        job: random.pick(jobs),
        ...address,
        email: `${plain(fullName, '.')}@${domain}`,
        phone: random.digits(place.phone),
        tags: random.percent(20) ? tagsFor(random) : [],
        user_id: user,
        notes: random.percent(10) ? random.pick(notes) : null,
      });
    }
  }
  for (let person = 0; person < privateCount; person += 1) {
    const place = random.pick(places);
    const name = personName(place, random);
    add({
      name,
      is_company: false,
      ...addressIn(place, random),
      email: `${plain(name, '.')}@post.example`,
      phone: random.digits(place.phone),
      tags: [],
      credit_limit: 50_000,
    });
  }
  return rows;
}

/** The countries that partners are in. */
export function buildCountries(): DemoRow[] {
  return places.map(place => ({ id: countryId(place), name: place.country, code: place.code }));
}

/** The tags that partners have. */
export function buildTags(): DemoRow[] {
  return tagNames.map((name, index) => ({ id: demoId('crm.tag', index + 1), name }));
}

function addressIn(place: Place, random: Random): { street: string; zip: string; city: string; country_id: string } {
  const [city, zip] = random.pick(place.cities);
  return {
    street: random.pick(place.streets).replace('{n}', String(random.between(1, 180))),
    zip: random.digits(zip),
    city,
    country_id: countryId(place),
  };
}

function countryId(place: Place): string {
  return demoId('crm.country', places.indexOf(place) + 1);
}

function tagsFor(random: Random): string[] {
  const numbers = tagNames.map((_, index) => index + 1);
  return random.sample(numbers, random.between(0, 3)).map(number => demoId('crm.tag', number));
}
