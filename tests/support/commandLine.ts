import { vi } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Runs a command line in this process and keeps what it prints, line by line. */
export async function whittle(...argv: string[]): Promise<CommandResult> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: string) => void stdout.push(...text.split('\n'))),
    vi.spyOn(console, 'error').mockImplementation((text: string) => void stderr.push(...text.split('\n'))),
  ];
  try {
    return { code: await runCommandLine(argv), stdout, stderr };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}
