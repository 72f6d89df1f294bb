// How threads can be had here, if they can.
import { env } from '@tensorflow/tfjs-core';
import { browserThreading } from './threads.browser.ts';
import { nodeThreading } from './threads.node.ts';
import type { Threading } from './threads.ts';

export async function findThreading(): Promise<Threading | undefined> {
  return env().getBool('IS_NODE') ? nodeThreading() : browserThreading();
}
