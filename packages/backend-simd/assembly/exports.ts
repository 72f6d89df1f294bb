// What JavaScript calls: `start` to run a list, `serve` in every worker.
export { serve, start } from './threads';
