// The contestants that run in Node, and the steps of training that each of them makes.
import { findAdapter, installDawn } from '@hornbook/backend-webgpu/adapter';
import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { adamw, type TrainingEvent, train, trainable } from '@hornbook/training';
import { copyRegisteredKernels, dispose, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { type SizeName, sizes } from './sizes.ts';
import { provideVulkan } from './vulkan.ts';

export const contestants = ['ours', 'ours half', 'tfjs'] as const;
export type Contestant = (typeof contestants)[number];

/** Makes its engine the current one. */
export async function startContestant(contestant: Contestant, adapterName: string | undefined): Promise<void> {
  provideVulkan();
  if (contestant !== 'tfjs') {
    await useBackend('webgpu', { adapter: adapterName });
    return;
  }
  // TensorFlow.js's own backend, on a device with the adapter's limits.
  const adapter = await findAdapter(adapterName);
  if (typeof adapter === 'string') throw new Error(adapter);
  installDawn();
  await import('@tensorflow/tfjs-layers');
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage };
  const device = await adapter.requestDevice({ requiredLimits });
  // It keeps errors to itself and goes on with zeros.
  device.addEventListener('uncapturederror', ({ error }) => {
    console.error(error.message);
    process.exit(1);
  });
  registerBackend('plain', () => new WebGPUBackend(device, adapter.info));
  copyRegisteredKernels('webgpu', 'plain');
  await setBackend('plain');
}

/** Steps of training, without end; the first loss is checked to be that of a model that knows nothing. */
export async function* steps(
  contestant: Contestant,
  sizeName: SizeName,
  dropout: number,
): AsyncGenerator<TrainingEvent> {
  const { model: config, batchSize } = sizes[sizeName];
  const { vocabSize, contextLength } = config;
  const model = gpt({ ...config, dropout });
  const parameters = trainable(model.initialize(manualSeed(42)));
  const generator = manualSeed(7);
  const ids = () => ({
    data: generator.integers(batchSize * contextLength, 0, vocabSize),
    shape: [batchSize, contextLength],
  });
  const batches = Array.from({ length: 8 }, () => ({ inputs: ids(), targets: ids() }));
  try {
    for await (const event of train({
      parameters,
      batches,
      optimizer: adamw({ learningRate: 1e-3, beta2: 0.99, weightDecay: 0.1 }),
      steps: Number.MAX_SAFE_INTEGER,
      clip: 1,
      precision: contestant === 'ours half' ? 'half' : 'full',
      loss: (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs, { generator }), targets),
    })) {
      const { step, loss } = event;
      if (step === 0 && !(Math.abs(loss - Math.log(vocabSize)) < 0.5)) {
        throw new Error(`Expected a first loss of about ${Math.log(vocabSize).toFixed(2)}, got ${loss}`);
      }
      if (!Number.isFinite(loss)) throw new Error(`Expected a loss, got ${loss}`);
      yield event;
    }
  } finally {
    dispose(Object.values(namedParameters(parameters)));
  }
}
