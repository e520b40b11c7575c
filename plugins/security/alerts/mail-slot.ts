import { all, equals, hasCode, type Row, type Runtime, recordStamp } from '../../../src/index.ts';
import type { AlertType } from './alert-types.ts';

/** The right to send one mail about alerts of a type. */
export interface MailSlot {
  /** Gives it back: used up, or not. */
  release(isUsed: boolean): Promise<void>;
}

const model = 'security.alert-mail';
/** ms after which a slot whose holder has died is free again. */
const lockTime = 60_000;

/** undefined: another instance is writing one, or as many as allowed have gone out within `coolDown` ms. */
export async function takeMailSlot(input: {
  runtime: Runtime;
  type: AlertType;
  coolDown: number;
  most: number;
}): Promise<MailSlot | undefined> {
  const { runtime, type, coolDown, most } = input;
  const now = runtime.now();
  const row = await slotRow(runtime, type);
  if (typeof row.locked_until === 'string' && Date.parse(row.locked_until) > now) return undefined;
  const isOver = Math.abs(now - Date.parse(String(row.since))) >= coolDown;
  const sent = isOver ? 0 : Number(row.sent);
  if (sent >= most) return undefined;
  const claim = {
    locked_until: new Date(now + lockTime).toISOString(),
    sent,
    since: isOver || sent === 0 ? new Date(now).toISOString() : String(row.since),
  };
  const claimed = await change(runtime, row, claim);
  return (
    claimed && {
      async release(isUsed) {
        await change(runtime, claimed, { locked_until: null, sent: isUsed ? sent + 1 : sent });
      },
    }
  );
}

/** undefined: another instance was first. */
async function change(runtime: Runtime, row: Row, set: Readonly<Record<string, string | number | null>>) {
  const where = all(equals('id', row.id), equals('version', row.version));
  const [result] = await runtime.store.write([{ kind: 'update', model, where, set }]);
  return result?.rows[0];
}

async function slotRow(runtime: Runtime, type: AlertType): Promise<Row> {
  const find = async () => (await runtime.store.find({ model, where: equals('type', type), limit: 1 }))[0];
  const known = await find();
  if (known) return known;
  const stamp = recordStamp(runtime);
  const row = { id: runtime.newId(), type, since: stamp.createdAt, sent: 0, locked_until: null, ...stamp };
  try {
    await runtime.store.write([{ kind: 'insert', model, row }]);
  } catch (thrown) {
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
  }
  const made = await find();
  if (!made) throw new Error(`the mail slot of ${type} is gone`);
  return made;
}
