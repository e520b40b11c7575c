import { fileURLToPath } from 'node:url';
import type { AnyNode, Expression, Node, SpreadElement } from 'acorn';
import type { DefinitionSite } from '../plugin/definition-site.ts';
import { unwrap } from './parse-source.ts';
import { createSourceModules, type Found } from './source-modules.ts';

/** Finds where values are written down. Each answers with the nearest surroundings where it cannot tell exactly. */
export interface Locate {
  /** Of a config path such as `['policies', 'access', 2, 'model']`. */
  inConfig(path: readonly PropertyKey[]): DefinitionSite | undefined;
  /** Of a path in what a `defineModel(…)` or its like, which stands at `site`, is given. */
  within(site: DefinitionSite, path: readonly PropertyKey[]): DefinitionSite;
}

/** Functions that give back what they are given: what is inside their first argument is inside the config. */
const transparent = new Set(['defineConfig', 'defineModel', 'definePlugin', 'freeze']);

/**
 * Finds paths in source code without running it: through object and list literals, spreads, constants, relative imports
 * and conditions. What is made by other code is located where that code is called. `config` is what the file gave:
 * its lists tell how many elements a spread of other code has made.
 */
export function createLocate({ file, config }: { file: string; config?: unknown }): Locate {
  const modules = createSourceModules();

  /** The literal behind names, wrappers and transparent calls; the place itself where there is nothing behind. */
  function follow(place: Found, depth = 0): Found {
    const node = unwrap(place.node);
    const here = { file: place.file, node };
    if (depth > 50) return here;
    const next = behind(here, depth);
    return next ? follow(next, depth + 1) : here;
  }

  function behind({ file, node }: Found, depth: number): Found | undefined {
    if (node.type === 'Identifier') return modules.named(file, node.name);
    if (node.type === 'MemberExpression') {
      const key = keyOf(node.property, node.computed);
      return key === undefined ? undefined : member(follow({ file, node: node.object }, depth + 1), key);
    }
    if (node.type === 'CallExpression' && node.arguments[0] && transparent.has(calledName(node.callee))) {
      return { file, node: node.arguments[0] };
    }
    return undefined;
  }

  /** The value of `key` in what `place` has been followed to; `value` is what it has become, where that is known. */
  function member({ file, node }: Found, key: PropertyKey, value?: unknown): Found | undefined {
    const inBranch = (branch: AnyNode) => member(follow({ file, node: branch }), key, value);
    switch (node.type) {
      case 'Program':
        return modules.exported(file, String(key));
      case 'ConditionalExpression':
        return inBranch(node.consequent) ?? inBranch(node.alternate);
      case 'LogicalExpression':
        return inBranch(node.right) ?? inBranch(node.left);
      case 'ObjectExpression':
        for (const property of node.properties.toReversed()) {
          if (property.type === 'SpreadElement') {
            const found = inBranch(property.argument);
            if (found) return found;
          } else if (keyOf(property.key, property.computed) === String(key)) return { file, node: property.value };
        }
        return undefined;
      case 'ArrayExpression':
        return typeof key === 'number'
          ? elementsOf({ file, node }, Array.isArray(value) ? value.length : undefined)[key]
          : undefined;
      default:
        return undefined;
    }
  }

  /**
   * The place of each element of a list literal. What one spread of other code makes stands for as many elements as
   * `length` leaves; after a second one of unknown length nothing is known.
   */
  function elementsOf({ file, node }: Found, length: number | undefined): Found[] {
    const parts = node.type === 'ArrayExpression' ? node.elements.map(entry => partOf(file, entry)) : [];
    const known = parts.reduce((sum, { places }) => sum + (places?.length ?? 0), 0);
    const open = parts.filter(({ places }) => !places).length;
    const found: Found[] = [];
    for (const { places, spread } of parts) {
      if (places) found.push(...places);
      else if (length !== undefined && open === 1) found.push(...Array<Found>(length - known).fill(spread));
      else break;
    }
    return found;
  }

  /** One entry of a list literal: the elements that it stands for, or only itself where they are made by other code. */
  function partOf(file: string, entry: Expression | SpreadElement | null): { places?: Found[]; spread: Found } {
    const spread = { file, node: entry ?? emptyNode };
    if (entry?.type !== 'SpreadElement') return { places: [spread], spread };
    const list = follow({ file, node: entry.argument });
    if (list.node.type !== 'ArrayExpression') return { spread };
    const parts = list.node.elements.map(inner => partOf(list.file, inner).places);
    return parts.includes(undefined) ? { spread } : { places: parts.flatMap(places => places ?? []), spread };
  }

  function descend(start: Found, path: readonly PropertyKey[], value?: unknown): Found {
    let place = start;
    let current = value;
    for (const key of path) {
      const next = member(follow(place), key, current);
      if (!next) break;
      place = next;
      current = (current as Record<PropertyKey, unknown> | undefined)?.[key];
    }
    return settled(place, follow(place));
  }

  return {
    inConfig(path) {
      const start = modules.exported(file, 'default');
      return start && siteOf(descend(start, path, config));
    },
    within(site, path) {
      const file = site.file.startsWith('file:') ? fileURLToPath(site.file) : site.file;
      const start = modules.callAt(file, site);
      return (start && siteOf(descend(start, path))) ?? site;
    },
  };
}

const emptyNode: AnyNode = { type: 'EmptyStatement', start: 0, end: 0 };

/** Where a value is written down: its literal, if that is a literal, or else where it is asked for. */
function settled(asked: Found, followed: Found): Found {
  return /Literal|ObjectExpression|ArrayExpression/.test(followed.node.type) ? followed : asked;
}

function siteOf({ file, node }: Found): DefinitionSite | undefined {
  return node.loc ? { file, line: node.loc.start.line, column: node.loc.start.column + 1 } : undefined;
}

function keyOf(key: Node, computed: boolean): string | undefined {
  const node = key as AnyNode;
  if (node.type === 'Literal') return String(node.value);
  return node.type === 'Identifier' && !computed ? node.name : undefined;
}

function calledName(callee: Node): string {
  const node = callee as AnyNode;
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' ? (keyOf(node.property, node.computed) ?? '') : '';
}
