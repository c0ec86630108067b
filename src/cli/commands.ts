import type { Command } from './command.ts';
import { evaluateCommand } from './evaluateCommand.ts';
import { generateCommand } from './generateCommand.ts';
import { importCommand } from './importCommand.ts';
import { inspectCommand } from './inspectCommand.ts';
import { specializeCommand } from './specializeCommand.ts';
import { sweepCommand } from './sweepCommand.ts';
import { trainCommand } from './trainCommand.ts';

const table = {
  inspect: inspectCommand,
  train: trainCommand,
  generate: generateCommand,
  import: importCommand,
  specialize: specializeCommand,
  evaluate: evaluateCommand,
  sweep: sweepCommand,
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof table;
export const commands: Readonly<Record<CommandName, Command>> = table;
