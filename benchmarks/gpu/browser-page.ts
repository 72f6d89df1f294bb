// What browser.ts serves: trains for a few steps on the browser's GPU and tells the losses.
import { inspectAdapters } from '@hornbook/backend-webgpu/adapter';
import { useBackend } from '@hornbook/backends/webgpu';
import { shortRun } from './short-run.ts';

const told = await tell().catch((error: Error) => ({ problem: `${error.name}: ${error.message}` }));
document.body.textContent = JSON.stringify(told, null, 1);
await fetch('/told', { method: 'POST', body: JSON.stringify({ browser: navigator.userAgent, ...told }) });

async function tell(): Promise<object> {
  await useBackend('webgpu');
  return { adapters: await inspectAdapters(), losses: await shortRun() };
}
