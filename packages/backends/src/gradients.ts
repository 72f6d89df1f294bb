// Registers the gradients of all operations: bundlers find the file that Node cannot load, and leave out the 57 kB of layers
// around it.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
