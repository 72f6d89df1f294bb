// The GPU's engine for training, fetched when it is asked for: in Node it looks for navigator.gpu as it loads.
export const trainingCode = () => import('@hornbook/backend-webgpu/training');
