import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AnyNode, Identifier, Literal, Program } from 'acorn';
import { parseSource } from './parse-source.ts';

/** A place in the syntax tree of one of the config's files. */
export interface Found {
  readonly file: string;
  readonly node: AnyNode;
}

/** The config's files as syntax trees, read when first asked for; names are followed from file to file. */
export interface SourceModules {
  /** What the module exports under this name; its whole tree for a namespace. */
  exported(file: string, name: string): Found | undefined;
  /** What a name at the module's top level stands for: a constant's value, or what is imported under it. */
  named(file: string, name: string): Found | undefined;
  /** The call that stands at a place, line and column from 1. */
  callAt(file: string, place: { line: number; column: number }): Found | undefined;
}

/** No file is read before something in it is asked for. */
export function createSourceModules(): SourceModules {
  const programs = new Map<string, Program | undefined>();

  function programOf(file: string): Program | undefined {
    if (!programs.has(file)) programs.set(file, parseSource(readText(file)));
    return programs.get(file);
  }

  function exported(file: string, name: string, visited: readonly string[] = []): Found | undefined {
    const program = programOf(file);
    if (!program || visited.includes(file)) return undefined;
    if (name === '*') return { file, node: program };
    for (const statement of program.body) {
      if (statement.type === 'ExportDefaultDeclaration' && name === 'default') {
        return { file, node: statement.declaration };
      }
      if (statement.type === 'ExportNamedDeclaration') {
        const value = statement.declaration ? constantIn(statement.declaration, name) : undefined;
        if (value) return { file, node: value };
        const specifier = statement.specifiers.find(({ exported }) => textOf(exported) === name);
        if (specifier && statement.source) {
          return imported(file, statement.source, textOf(specifier.local), [...visited, file]);
        }
        if (specifier) return named(file, textOf(specifier.local));
      }
      if (statement.type === 'ExportAllDeclaration') {
        const wanted = statement.exported ? (textOf(statement.exported) === name ? '*' : undefined) : name;
        const found = wanted && imported(file, statement.source, wanted, [...visited, file]);
        if (found) return found;
      }
    }
    return undefined;
  }

  function named(file: string, name: string): Found | undefined {
    for (const statement of programOf(file)?.body ?? []) {
      if (statement.type === 'ImportDeclaration') {
        const specifier = statement.specifiers.find(({ local }) => local.name === name);
        if (!specifier) continue;
        if (specifier.type === 'ImportSpecifier') return imported(file, statement.source, textOf(specifier.imported));
        return imported(file, statement.source, specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*');
      }
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      const value = declaration ? constantIn(declaration, name) : undefined;
      if (value) return { file, node: value };
    }
    return undefined;
  }

  function imported(file: string, source: Literal, name: string, visited?: readonly string[]): Found | undefined {
    const specifier = String(source.value);
    return /^\.\.?\//.test(specifier) ? exported(resolve(dirname(file), specifier), name, visited) : undefined;
  }

  function callAt(file: string, { line, column }: { line: number; column: number }): Found | undefined {
    const program = programOf(file);
    const node =
      program &&
      findNode(program, candidate => {
        const start = candidate.loc?.start;
        return candidate.type === 'CallExpression' && start?.line === line && start.column === column - 1;
      });
    return node && { file, node };
  }

  return { exported: (file, name) => exported(file, name), named, callAt };
}

function findNode(node: AnyNode, wanted: (node: AnyNode) => boolean): AnyNode | undefined {
  if (wanted(node)) return node;
  for (const child of Object.values(node).flat()) {
    const found = isNode(child) ? findNode(child, wanted) : undefined;
    if (found) return found;
  }
  return undefined;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function constantIn(declaration: AnyNode, name: string): AnyNode | undefined {
  if (declaration.type !== 'VariableDeclaration') return undefined;
  return declaration.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name)?.init ?? undefined;
}

function textOf(node: Identifier | Literal): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}

/** A file that cannot be read has nothing to find; that it is missing is said by its import. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
