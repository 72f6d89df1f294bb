// The engine in plain JavaScript: slow, and everywhere.
import { repairCumulativeAxis } from './repairs/cumulative-axis.ts';
import { repairSegmentSum } from './repairs/segment-sum.ts';

export async function loadCpu(): Promise<void> {
  await import('@tensorflow/tfjs-backend-cpu');
  repairSegmentSum('cpu');
  repairCumulativeAxis('cpu');
}
