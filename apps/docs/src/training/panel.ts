// What every training figure has: play and pause, one step, start again, a seed, the engine, how far it is, what is wrong.
import { announcement, button, choice, controls, element, numberBox } from '../figures/controls.ts';
import { describeEngine, engineChoices } from './engines.ts';
import type { Progress } from './messages.ts';
import type { RecipeName, SettingsOf } from './recipe.ts';
import { openTrainer, type Ready, type Trainer } from './trainer.ts';
import './panel.css';

export type PanelOptions<Name extends RecipeName> = {
  readonly recipe: Name;
  /** Asked anew whenever training begins again. */
  readonly settings: () => SettingsOf<Name>;
  readonly seed: number;
  /** The best one here if it is left out. */
  readonly engine?: string;
  /** At this pace, so that the eye can follow; as fast as it goes if left out or undefined. */
  readonly pace?: () => number | undefined;
  /** Plays as soon as it is ready. */
  readonly autoplay?: boolean;
  /** Trains on while the tab is not seen; otherwise it rests, and goes on when the reader comes back. */
  readonly inBackground?: boolean;
  /** Training has begun, for the first time or again. */
  readonly onReady: (trainer: Trainer<Name>, ready: Ready<Name>) => void;
  readonly onProgress: (progress: Progress, trainer: Trainer<Name>) => void;
  /** What may help when it cannot go on, besides another engine and a new start. */
  readonly remedies?: () => readonly HTMLElement[];
  /** Training rests: it was paused, or has come to its end. */
  readonly onRest?: (trainer: Trainer<Name>) => void;
};

export type Panel = {
  readonly element: HTMLElement;
  /** From the first step, with the settings as they are now. */
  restart(): void;
  /** Takes a change of pace over. */
  refresh(): void;
  /** A sentence, and what can be done about it. */
  say(sentence: string, ...remedies: readonly HTMLElement[]): void;
};

export function trainingPanel<Name extends RecipeName>(options: PanelOptions<Name>): Panel {
  const { recipe, settings, pace = () => undefined, onReady, onProgress, onRest } = options;
  let { seed, engine } = options;
  let trainer: Trainer<Name> | undefined;
  let playing = options.autoplay ?? false;
  let finished = false;
  let stepping = false; // one step that was asked for is under way
  let asleep = false; // rests because nobody sees it

  const play = button('Play', () => (playing ? rest() : start()));
  play.className = 'primary play';
  const step = button('One step', () => {
    if (playing) rest();
    trainer?.step();
    stepping = true;
  });
  const again = button('Start again', () => restart());
  const seedBox = numberBox('Seed', seed, (value) => {
    seed = value;
    restart();
  });
  const engineBox = element('span', 'engine');
  const row = controls(play, step, again, seedBox, engineBox);
  const [stepCount, loss, speed, running] = [0, 0, 0, 0].map(() => element('dd', '', '…'));
  const status = element('dl', 'status');
  for (const [name, value] of [
    ['step', stepCount],
    ['loss', loss],
    ['speed', speed],
    ['engine', running],
  ] as const) {
    value.dataset.shows = name;
    status.append(element('div', '', element('dt', '', name), value));
  }
  const notes = element('div');
  notes.setAttribute('aria-live', 'polite');
  const told = announcement(); // when training rests: nobody wants to hear every step
  const panel = element('div', 'panel', row, status, told, notes);

  const show = () => {
    play.textContent = playing ? 'Pause' : finished ? 'Done' : 'Play';
    const done = finished && [play, step].some((control) => control === document.activeElement);
    for (const control of [play, step]) control.disabled = trainer === undefined || finished;
    if (done) again.focus(); // not lost with the button that cannot be pressed any more
    panel.dataset.state = trainer === undefined ? 'loading' : finished ? 'done' : playing ? 'playing' : 'paused';
  };
  const tell = (state: string) => {
    told.textContent = `${state} after step ${stepCount.textContent}, loss ${loss.textContent}.`;
  };
  const start = () => {
    told.textContent = '';
    playing = true;
    trainer?.play(pace());
    show();
  };
  const rest = () => {
    playing = false;
    trainer?.pause();
    show();
    tell('Paused');
    if (trainer) onRest?.(trainer);
  };
  const say = (sentence: string, ...remedies: readonly HTMLElement[]) => {
    const note = element('div', 'note', element('p', '', sentence), controls(...remedies));
    notes.replaceChildren(note);
  };
  const useEngine = (name?: string) => {
    engine = name;
    restart();
  };

  let opened: Trainer<Name> | undefined;
  const restart = () => {
    opened?.close();
    trainer = undefined;
    finished = false;
    stepping = false;
    told.textContent = '';
    notes.replaceChildren();
    for (const value of [stepCount, loss, speed]) value.textContent = '…';
    running.textContent = 'is being loaded';
    show();
    let made: SettingsOf<Name>;
    try {
      made = settings();
    } catch (error) {
      say((error as Error).message);
      return;
    }
    const mine = openTrainer({
      ...{ recipe, settings: made, seed, engine },
      onReady(ready) {
        trainer = mine;
        running.textContent = describeEngine(ready.engine);
        const list = choice('Engine', engineChoices(ready.engines), ready.engine.name, useEngine);
        list.title = ready.engines
          .map(({ advice }) => advice ?? '')
          .join(' ')
          .trim();
        const focused = engineBox.contains(document.activeElement);
        engineBox.replaceChildren(list);
        if (focused) list.querySelector('select')?.focus();
        stepCount.textContent = '0';
        onReady(mine, ready);
        show();
        if (playing) start();
      },
      onProgress(progress) {
        const { step, losses, seconds } = progress;
        stepCount.textContent = step.toLocaleString('en');
        loss.textContent = (losses.at(-1) as number).toFixed(4);
        speed.textContent = describeSpeed(pace() ?? progress.steps / seconds);
        if (stepping) tell('One step');
        stepping = false;
        onProgress(progress, mine);
      },
      onDone() {
        finished = true;
        playing = false;
        show();
        tell('Training is done');
        onRest?.(mine);
      },
      onFailure(message) {
        playing = false;
        trainer = undefined;
        show();
        running.textContent = 'stopped';
        fail(message);
      },
    });
    opened = mine;
  };

  /** What went wrong decides what may help. */
  const fail = (message: string) => {
    const remedies = [...(options.remedies?.() ?? []), button('Start again', restart)];
    const [first] = message.split('\n');
    if (engine === 'webgpu' || /GPU/.test(message)) {
      say(
        `${first} The CPU does the same work.`,
        button('Go on with the CPU', () => useEngine('simd')),
        ...remedies,
      );
    } else if (engine !== undefined) {
      say(
        first,
        button('Use the best engine here', () => useEngine(undefined)),
        ...remedies,
      );
    } else {
      say(first, ...remedies);
    }
  };

  document.addEventListener('visibilitychange', () => {
    if (options.inBackground) return;
    if (document.hidden && playing) {
      rest();
      asleep = true;
    } else if (!document.hidden && asleep) {
      asleep = false;
      say('Training rested while this tab was not seen, and goes on now.');
      start();
    }
  });

  show();
  restart();
  return { element: panel, restart, refresh: () => playing && start(), say };
}

function describeSpeed(stepsPerSecond: number): string {
  const digits = stepsPerSecond < 10 ? 1 : 0;
  return `${Number(stepsPerSecond.toFixed(digits)).toLocaleString('en')} steps a second`;
}
