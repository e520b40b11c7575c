import { kernelErrors } from '../errors.ts';
import { all, always, type Condition } from '../store/condition.ts';
import type { ModelAccess } from './access-policy.ts';
import { operationsLeft } from './collection.ts';
import { parseDomain } from './domain.ts';
import type { EnvironmentParts, ReachedRecords } from './environment.ts';
import type { AccessLookup } from './field-path.ts';
import { isShown } from './is-shown.ts';
import type { Operation } from './principal.ts';
import { formatPublicId, plainIdIn } from './public-id.ts';
import type { RegisteredModel } from './registry.ts';
import { guardRelations } from './relation-guard.ts';

/** One model in the hands of one principal: what every operation works with. */
export interface RecordsContext {
  readonly parts: EnvironmentParts;
  readonly model: RegisteredModel;
  readonly access: ModelAccess;
  readonly accessOf: AccessLookup;
}

/** Records that one call may name, or get back when it names no limit; the server's own work has no such limit. */
export const maxRecords = 1000;

/** Ids that are told to the audit entry. */
const maxReachedIds = maxRecords;

/** Throws OPERATION_NOT_ALLOWED, saying whether anybody could. */
export function requireOperation({ access, model }: RecordsContext, operation: Operation): void {
  if (access.operations.has(operation)) return;
  const left = operationsLeft(model.definition);
  if (left && !left.has(operation)) {
    throw kernelErrors.OPERATION_NOT_ALLOWED({
      message: `Nobody can ${operation} records of ${model.name} here: they belong to another application.`,
      data: { model: model.name, operation },
    });
  }
  throw kernelErrors.OPERATION_NOT_ALLOWED({
    message: `You may not ${operation} records of ${model.name}; that needs the permission "${operation}" on it.`,
    data: { model: model.name, operation },
  });
}

/** Plain ids, each once, in their order. INVALID_ARGUMENTS for what is no id of this model. */
export function plainIds({ model, parts }: RecordsContext, ids: readonly string[]): string[] {
  if (!Array.isArray(ids)) throw invalid('ids', 'a list of ids');
  if (ids.length > maxRecords && !parts.principal.system) throw invalid('ids', `at most ${maxRecords} ids`);
  const plain = new Set<string>();
  for (const [index, given] of ids.entries()) {
    const id = plainIdIn(model.name, given);
    if (id === undefined) throw invalid(`ids[${index}]`, `an id such as ${model.name}/…, with 24 hex digits`);
    plain.add(id);
  }
  return [...plain];
}

/** A caller's domain, checked, and with the rules of all models that it looks into. */
export function domainCondition({ model, parts, accessOf }: RecordsContext, domain: unknown): Condition {
  if (domain === undefined) return always;
  const { registry } = parts;
  return guardRelations({
    condition: parseDomain({ domain, model, registry, access: accessOf }),
    model,
    registry,
    access: accessOf,
  });
}

/** What a record must satisfy for this operation: it must be seen, too. */
export function ruleFor({ access }: RecordsContext, operation: Operation): Condition {
  return operation === 'read' ? access.rule('read') : all(access.rule('read'), access.rule(operation));
}

/** INVALID_ARGUMENTS that names the argument and what was expected. */
export function invalid(at: string, expected: string): Error {
  return kernelErrors.INVALID_ARGUMENTS({
    message: `The argument ${at} does not fit: expected ${expected}.`,
    data: { at, expected },
  });
}

/** RECORD_NOT_FOUND for these plain ids, the same whether they do not exist or are hidden. */
export function notFound({ model }: RecordsContext, ids: readonly string[]): Error {
  const shown = ids.slice(0, 100).map(id => formatPublicId(model.name, id));
  const [first] = shown;
  const others = ids.length > 1 ? ` (and ${ids.length - 1} more)` : '';
  return kernelErrors.RECORD_NOT_FOUND({
    message: `There is no record ${first}${others}, or you may not use it.`,
    data: { ids: shown },
  });
}

/** Tells the audit entry what was reached. */
export function tellReached(
  { parts, model }: RecordsContext,
  reached: { operation: Operation; ids: readonly string[]; count?: number; matched?: number; fields: Iterable<string> },
): void {
  if (!parts.onReach) return;
  const told: ReachedRecords = {
    model: model.name,
    operation: reached.operation,
    ids: reached.ids.slice(0, maxReachedIds).map(id => formatPublicId(model.name, id)),
    count: reached.count ?? reached.ids.length,
    ...(reached.matched !== undefined && { matched: reached.matched }),
    fields: [...new Set(reached.fields)],
  };
  parts.onReach(told);
}

/**
 * Tells the audit entry what a dry run shows of records that would change: what of these fields the caller may read. Who
 * may not read them at all is shown nothing of them.
 */
export function tellShown(
  context: RecordsContext,
  { ids, fields }: { ids: readonly string[]; fields: readonly string[] },
): void {
  const { access } = context;
  if (!access.operations.has('read')) return;
  tellReached(context, { operation: 'read', ids, fields: fields.filter(name => isShown(access.fields.get(name))) });
}
