// The Worker that trains: the page asks for steps and for answers, and never waits for either.
import { inspectBackends, useBackend } from '@hornbook/backends';
import type { Order, Report } from './messages.ts';
import { loadRecipe } from './recipe.ts';
import { type Session, startSession } from './session.ts';

const report = (message: Report) => postMessage(message);

let session: Session | undefined;

async function open({ recipe: name, settings, seed, engine: wanted }: Extract<Order, { type: 'open' }>): Promise<void> {
  try {
    const [make, engine] = await Promise.all([loadRecipe(name), useBackend(wanted)]);
    const [recipe, engines] = await Promise.all([make(settings as never, seed), inspectBackends()]);
    session = startSession(recipe, report);
    report({ type: 'ready', engine, engines, facts: recipe.facts });
  } catch (error) {
    report({ type: 'failed', message: (error as Error).message });
  }
}

addEventListener('message', ({ data: order }: MessageEvent<Order>) => {
  switch (order.type) {
    case 'open':
      void open(order);
      return;
    case 'play':
      session?.play(order.stepsPerSecond);
      return;
    case 'pause':
      session?.pause();
      return;
    case 'step':
      session?.step();
      return;
    case 'ask':
      session?.ask(order);
      return;
  }
});
