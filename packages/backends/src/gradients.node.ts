// Registers the gradients of all operations, in Node. Of the packages that Node can load, this is the smallest that does.
import '@tensorflow/tfjs-layers';
