import { equals, type Row, type Runtime } from '../../../src/index.ts';
import { webhookErrors } from '../errors.ts';

/** A webhook as it is stored. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Id of the user whose rights apply. */
  readonly user: string;
  readonly events: readonly string[];
  readonly models: readonly string[];
  readonly isActive: boolean;
}

const model = 'webhooks.subscription';

/** The webhooks that are on, as the store has them now. */
export async function activeWebhooks({ store }: Runtime): Promise<Webhook[]> {
  return (await store.find({ model, where: equals('active', true) })).map(webhookOf);
}

/** The webhook with this id; undefined: it is gone. */
export async function findWebhook({ store }: Runtime, id: string): Promise<Webhook | undefined> {
  const [row] = await store.find({ model, where: equals('id', id), limit: 1 });
  return row && webhookOf(row);
}

/** The row of the webhook with this id, or (where only one has it) name. Throws WEBHOOK_NOT_FOUND. */
export async function requireWebhook({ store }: Runtime, reference: string): Promise<Row> {
  for (const name of ['id', 'name']) {
    const found = await store.find({ model, where: equals(name, reference), limit: 2 });
    if (found.length === 1 && found[0]) return found[0];
    if (found.length > 1) {
      throw webhookErrors.WEBHOOK_NOT_FOUND({
        message: `Several webhooks are called ${reference}: name one by its id.`,
      });
    }
  }
  throw webhookErrors.WEBHOOK_NOT_FOUND({ message: `There is no webhook ${reference}.` });
}

export function webhookOf(row: Row): Webhook {
  return {
    id: row.id,
    name: String(row.name),
    url: String(row.url),
    user: String(row.user),
    events: textList(row.events),
    models: textList(row.models),
    isActive: row.active === true,
  };
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : [];
}
