// The GPU's engine for training, as a part of the bundle that asks for it: bundlers drop more of what they need not wait for.
import { startWebgpu, tuneProducts } from '@hornbook/backend-webgpu/training';

export const trainingCode = async () => ({ startWebgpu, tuneProducts });
