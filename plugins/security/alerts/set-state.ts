import { all, equals, type Row, type Runtime } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import { settled } from './alert-history.ts';

const model = 'security.alert';
const maxNote = 2_000;
/** Occurrences are counted on it all the while. */
const maxTries = 20;

/** The alert with this id. Throws ALERT_NOT_FOUND. */
export async function requireAlert(runtime: Runtime, reference: string): Promise<Row> {
  const id = reference.replace(/^security\.alert\//, '');
  const [row] = await runtime.store.find({ model, where: equals('id', id), limit: 1 });
  if (row) return row;
  throw securityErrors.ALERT_NOT_FOUND({ message: `There is no alert ${reference}.` });
}

/** Resolves an alert or opens it again, and writes down who did it and why. Throws ALERT_NOT_FOUND, ALERT_INVALID. */
export async function setAlertState(input: {
  runtime: Runtime;
  id: string;
  state: 'open' | 'resolved';
  note: string;
  by: string;
}): Promise<Row> {
  const { runtime, id, state, note, by } = input;
  if (note.trim() === '' || note.length > maxNote) {
    throw securityErrors.ALERT_INVALID({ message: `--note: expected a text of 1 to ${maxNote} characters.` });
  }
  if (by.trim() === '' || by.length > 100) {
    throw securityErrors.ALERT_INVALID({ message: '--by: expected a name of 1 to 100 characters.' });
  }
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = await requireAlert(runtime, id);
    const row = { ...found, ...settled(found) };
    if (row.state === state) throw securityErrors.ALERT_INVALID({ message: `The alert is ${state} already.` });
    const change = { state, note, updatedAt: new Date(runtime.now()).toISOString(), updatedBy: by };
    const set = { ...settled(found), ...change, ...settled({ ...row, ...change }) };
    const where = all(equals('id', row.id), equals('version', row.version));
    const [result] = await runtime.store.write([{ kind: 'update', model, where, set }]);
    if (result?.rows[0]) return result.rows[0];
  }
  throw securityErrors.ALERT_INVALID({ message: 'The alert keeps changing. Try again.' });
}
