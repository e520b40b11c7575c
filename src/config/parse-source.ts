import { tsPlugin } from '@sveltejs/acorn-typescript';
import { type AnyNode, type Expression, type ModuleDeclaration, type Node, Parser, type Program } from 'acorn';

const TypeScriptParser = Parser.extend(tsPlugin());

/** The syntax tree of a TypeScript module, with positions. undefined: the text is not valid TypeScript. */
export function parseSource(source: string): Program | undefined {
  try {
    return TypeScriptParser.parse(source, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** An expression without what TypeScript wraps around it: `x as T`, `x satisfies T`, `x!`, `<T>x`. */
export function unwrap(node: Node): AnyNode {
  let inner = node;
  while (
    /^TS(As|Satisfies|NonNull|TypeAssertion)|^ParenthesizedExpression$/.test(inner.type) &&
    'expression' in inner
  ) {
    inner = inner.expression as Node;
  }
  return inner as AnyNode;
}

/** What the module's `import`s and `export … from`s name, with the places of the names. */
export function importsOf(program: Program): { specifier: string; node: Node }[] {
  return program.body.flatMap(statement => {
    const source =
      'source' in statement ? (statement as ModuleDeclaration & { source?: Expression | null }).source : null;
    return source?.type === 'Literal' && typeof source.value === 'string'
      ? [{ specifier: source.value, node: source }]
      : [];
  });
}
