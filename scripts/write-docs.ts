import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePages, top } from './docs/pages.ts';

for (const [path, text] of await makePages()) {
  writeFileSync(join(top, path), text);
  console.log(path);
}
