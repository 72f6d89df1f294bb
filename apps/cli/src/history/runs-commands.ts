// The commands of `hornbook runs`: their options, and what runs them.
import type { Command } from 'commander';

/** Adds `runs` and what is below it. */
export function addRunsCommands(program: Command, write: (text: string) => void): void {
  const columns = () => process.stdout.columns || 80;
  const runs = program
    .command('runs')
    .description('list, show and compare what was trained')
    .addHelpText(
      'after',
      `
Examples:
  hornbook runs list
  hornbook runs show runs/names-mlp
  hornbook runs compare runs/names-mlp runs/names-gpt`,
    );
  runs
    .command('list')
    .description('the runs of a folder, newest first')
    .argument('[folder]', 'where they are', 'runs')
    .option('--json', 'print one JSON array')
    .addHelpText('after', '\nExample:\n  hornbook runs list experiments')
    .action(async (folder, { json = false }) => {
      const { listRuns } = await import('./list-runs.ts');
      await listRuns({ folder, json }, write);
    });
  runs
    .command('show')
    .description('the settings, losses and samples of a run')
    .argument('<folder>', 'the run folder')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  hornbook runs show runs/names-mlp')
    .action(async (folder, { json = false }) => {
      const { showRun } = await import('./show-run.ts');
      await showRun({ folder, json, columns: columns() }, write);
    });
  runs
    .command('compare')
    .description('the loss curves of several runs together, and where the runs differ')
    .argument('<folders...>', 'the run folders')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  hornbook runs compare runs/names-mlp runs/names-mlp-2')
    .action(async (folders, { json = false }) => {
      const { compareRuns } = await import('./compare-runs.ts');
      await compareRuns({ folders, json, columns: columns() }, write);
    });
}
