// DPO: ln 2 at first, the paper's formula, and its gradient.
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { log, split, type Tensor1D, type Tensor3D, tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { answerLogProbabilities, dpo } from './dpo.ts';

const pairs = (chosen: number[], rejected: number[]) => ({ chosen: tensor1d(chosen), rejected: tensor1d(rejected) });

describeEngines('DPO on', () => {
  test('a policy that is the reference scores ln 2, whatever beta is', async () => {
    const same = pairs([-3, -12.5, -400], [-8, -0.5, -100]);
    for (const beta of [0.1, 0.5]) {
      const loss = dpo(same, same, { beta });
      toBeAllclose(await loss.data(), [Math.LN2]);
    }
    expect(() => dpo(same, same, { beta: 0 })).toThrow('Expected beta above 0, got 0');
  });

  test('−ln σ(β · margin), the mean over pairs, also where margins are large', async () => {
    const policy = pairs([-2, -30, -5000], [-9, -10, -1]);
    const reference = pairs([-4, -20, -1], [-7, -12, -1]);
    const margins = [2 - -2, -10 - 2, -4999 - 0];
    const losses = margins.map((margin) => (margin < -100 ? -0.2 * margin : Math.log1p(Math.exp(-0.2 * margin))));
    const expected = losses.reduce((total, loss) => total + loss, 0) / 3;
    toBeAllclose(await dpo(policy, reference, { beta: 0.2 }).data(), [expected]);
  });

  test("answers' log-probabilities leave prompts and padding out", async () => {
    const probabilities = [0.5, 0.25, 0.25, 0.2, 0.2, 0.6, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4];
    const logits = log(tensor3d(probabilities, [2, 2, 3]));
    const targets = tensor2d([-100, 2, 1, -100], [2, 2], 'int32');
    toBeAllclose(await answerLogProbabilities(logits, targets).data(), [Math.log(0.6), Math.log(0.8)]);
    const empty = tensor2d([-100, -100, 1, 0], [2, 2], 'int32');
    toBeAllclose(await answerLogProbabilities(logits, empty).data(), [0, Math.log(0.8 * 0.3)]);
  });

  test('gradient', async () => {
    const targets = [-100, 2, 1, 0, -100, 3, 3, -100];
    await expectGradient(
      ([logits]) => {
        const answers = answerLogProbabilities(logits as Tensor3D, tensor2d(targets, [4, 2], 'int32'));
        const [chosen, rejected] = split(answers, 2) as Tensor1D[];
        return dpo({ chosen, rejected }, pairs([-1, -2], [-0.5, -3]), { beta: 0.5 });
      },
      [[4, 2, 5]],
    );
  });
});
