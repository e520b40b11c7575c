import { type Condition, isNever, oneOf, type Scalar } from '../condition.ts';
import { compileLocal, conjunction, disjunction, type Filter, hasRelations, negation, nothing } from './compile.ts';
import type { MongoModel, RowDocument } from './database.ts';
import { isRow } from './mapped/mapped-model.ts';
import type { Compiled, Part, Question } from './part.ts';
import { compileRelated } from './related.ts';
import { select } from './select.ts';
import { compileWithin } from './within.ts';

/*
 * A condition about other rows is answered from the inside out:
 *
 *   order where partner is in Berlin  →  partners in Berlin: ids  →  order where partner_id is one of the ids
 *
 * Where the condition names the rows it can be about ("this id, and …"), those are read first, and the inner question
 * is asked only of what they refer to: the record rules of one record must not cost as much as those of all. Each is
 * asked about the rows that those before it have left: a record rule comes before what its caller asks, and the time that an
 * answer takes must not tell of rows that the rule hides.
 */

/** Compiles any condition. Asks the database where the condition is about other rows. */
export async function prepare(question: Question): Promise<Compiled> {
  const compiled = await compile(question);
  const { mapped } = question.model;
  return mapped ? { ...compiled, filter: conjunction([compiled.filter, isRow(mapped)]) } : compiled;
}

async function compile({ scope, model, condition }: Question): Promise<Compiled> {
  if (!hasRelations(condition)) return { filter: compileLocal(model, condition), joins: [] };
  const parts = partsOf(condition);
  const naming = parts.filter(part => namesRows(model, part));
  if (naming.length > 0) return compileInTurn({ scope, model, parts, naming });
  return compilePart({ scope, model, condition, candidates: undefined, path: '', prepare });
}

/** The parts of a condition of which some name its rows. */
async function compileInTurn({
  scope,
  model,
  parts,
  naming,
}: Omit<Question, 'condition'> & { parts: readonly Condition[]; naming: readonly Condition[] }): Promise<Compiled> {
  const compiled: Compiled[] = [];
  let candidates: readonly RowDocument[] | undefined;
  /** What has been found out since the candidates were read. */
  let found = naming.map(part => compileLocal(model, part));
  for (const [index, condition] of parts.entries()) {
    if (hasRelations(condition) && found.length > 0 && candidates?.length !== 0) {
      const restrict = candidates && compileLocal(model, oneOf('id', idsOf(candidates)));
      candidates = await select({ scope, model, compiled: { filter: conjunction(found), joins: [] }, restrict });
      found = [];
    }
    const part = await compilePart({ scope, model, condition, candidates, path: `_${index}`, prepare });
    compiled.push(part);
    // What the server joins in the end cannot be asked beforehand.
    if (part.joins.length === 0) found.push(part.filter);
  }
  return combine(compiled, conjunction);
}

function idsOf(rows: readonly RowDocument[]): string[] {
  return rows.map(row => row._id);
}

async function compilePart(part: Part): Promise<Compiled> {
  const { condition, model } = part;
  if (isNever(condition) || part.candidates?.length === 0) return { filter: nothing, joins: [] };
  switch (condition.kind) {
    case 'all':
      return combine(await compileEach(part, condition.of), conjunction);
    case 'any':
      return combine(await compileEach(part, condition.of), disjunction);
    case 'not': {
      const { filter, joins } = await compilePart({ ...part, condition: condition.of });
      return { filter: negation(filter), joins };
    }
    case 'related':
      return compileRelated({ ...part, condition });
    case 'within':
      return compileWithin({ ...part, condition });
    default:
      return { filter: compileLocal(model, condition), joins: [] };
  }
}

async function compileEach(part: Part, conditions: readonly Condition[]): Promise<Compiled[]> {
  const compiled: Compiled[] = [];
  for (const [index, condition] of conditions.entries()) {
    compiled.push(await compilePart({ ...part, condition, path: `${part.path}_${index}` }));
  }
  return compiled;
}

function combine(parts: readonly Compiled[], how: (filters: readonly Filter[]) => Filter): Compiled {
  return { filter: how(parts.map(part => part.filter)), joins: parts.flatMap(part => part.joins) };
}

function partsOf(condition: Condition): readonly Condition[] {
  return condition.kind === 'all' ? condition.of : [condition];
}

const namedRowsAtMost = 1000;

/** Whether the part names the rows that the condition can be about, by id or by a unique value. */
function namesRows(model: MongoModel, part: Condition): boolean {
  const values = valuesOfEquality(part);
  return values.length > 0 && values.length <= namedRowsAtMost && !values.includes(null) && isNaming(model, part);
}

/** Whether the condition can be true of one row at most: it names an id or a unique value. */
export function namesOneRow(model: MongoModel, condition: Condition): boolean {
  return partsOf(condition).some(part => {
    const [value = null, ...others] = valuesOfEquality(part);
    return value !== null && others.length === 0 && isNaming(model, part);
  });
}

function valuesOfEquality(part: Condition): readonly Scalar[] {
  if (part.kind === 'in') return part.values;
  return part.kind === 'compare' && part.operator === '=' ? [part.value] : [];
}

function isNaming(model: MongoModel, part: Condition): boolean {
  // Whether a value of somebody else's documents is there once, only their own index can tell.
  return 'field' in part && (part.field === 'id' || (!model.mapped && model.fields.get(part.field)?.unique === true));
}
