// Plain JavaScript in old syntax, so that a Node that is too old for the rest can still say so.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Gatehouse needs Node 22.18 or newer; this is ${process.version}. ` +
      '"npm ci" brings one along, unless install scripts are off: run "npm rebuild node", or install a newer Node.',
  );
  process.exit(1);
}
