import { commands, type CommandName } from './commands.ts';
import { describeError } from './describeError.ts';

const usage = `Usage: npm run -s whittle -- <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(11)} ${summary}`)
  .join('\n')}

Every command takes --seed N, --json (one JSON object per line on stdout, progress on stderr) and --help, which lists
its options; all but import take --device cpu|webgpu.`;

const isCommand = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(commands, name);

/** Runs a command line; returns the exit code: 0, or 1 after one line on stderr that says what is wrong. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--help' || name === 'help') {
    console.log(usage);
    return 0;
  }
  if (!isCommand(name)) {
    const complaint = name === undefined ? 'Give a command' : `There is no command ${name}`;
    console.error(`${complaint}; known are ${Object.keys(commands).join(', ')}, and --help describes them.`);
    return 1;
  }
  try {
    const { run, help } = commands[name];
    if (rest.includes('--help')) console.log(help);
    else await run(rest);
    return 0;
  } catch (error) {
    console.error(describeError(error));
    return 1;
  }
}
