// Prints `passed failed` of a vitest result file, then a line for each test that failed. Ends with 1 where there is no result,
// or where a store was left out.
import { readFileSync } from 'node:fs';

const result = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = result.testResults.flatMap(file => file.assertionResults);
const leftOut = tests.filter(test => test.status !== 'passed' && /MONGODB_URI is not set/.test(test.fullName));
if (tests.length === 0 || leftOut.length > 0) {
  console.error(`${leftOut.length} of ${tests.length} tests were left out for want of MongoDB.`);
  process.exit(1);
}
const brokenFiles = result.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0);
console.log(result.numPassedTests, result.numFailedTests + brokenFiles.length);
for (const file of brokenFiles) console.log(`${file.name}: ${file.message}`.replaceAll('\n', ' '));
for (const { fullName, failureMessages } of tests.filter(test => test.status === 'failed')) {
  console.log(`${fullName}: ${failureMessages.join(' ').slice(0, 1000).replaceAll('\n', ' ')}`);
}
