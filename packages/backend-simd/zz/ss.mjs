import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

await tf.setBackend('cpu');
const x = tf.tensor2d([0, 0, -1, 0, 0, 0], [2, 3], 'int32');
console.log(tf.slice_util.sliceInfo([2, 3], [0, 0], [1, 0], [1, -3], 6, 0, 0, 0, 1));
console.log(
  tf.stridedSlice(x, [0, 0], [1, 0], [1, -3], 6, 0, 0, 0, 1).arraySync(),
  tf.stridedSlice(x, [0, 0], [1, 0], [1, -1], 6, 0, 0, 0, 1).arraySync(),
  tf.stridedSlice(x, [0, 0], [1, 0], [1, -3], 6, 0, 0, 0, 0).arraySync(),
);
