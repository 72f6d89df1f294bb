// The order of the test files in a checkout that has run none yet: those that start programs and browsers come first, so that
// no long one is left over for the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** From slow to slower. Other files go by their size, or by the time that they took in the last run. */
const slow = [
  /apps\/cli\/src\/.*\.node\.test\.ts$/,
  /backend-webgpu\/src\/half.*\.node\.test\.ts$/,
  /testing\/(commands|documentation)\.node\.test\.ts$/,
  /apps\/cli\/src\/(.*\/)?(bad-input|data|resume|tokenizer|train)\.node\.test\.ts$/,
  /apps\/docs\/test\/.*\.node\.test\.ts$/,
];

export default class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => slow.findLastIndex((each) => each.test(moduleId));
    return (await super.sort(files)).sort((a, b) => rank(b) - rank(a));
  }
}
