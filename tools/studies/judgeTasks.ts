/**
 * Command: counts right and wrong short answers among the tasks that runs of `pocket` kept, and among those that each rule
 * took out after they were answered, by its own tables of facts: `npx tsx tools/studies/judgeTasks.ts RUN…`.
 */
import { judgeTasks } from '../evidence/judgedTasks.ts';
import { readTasks } from '../evidence/results.ts';

for (const run of process.argv.slice(2))
  for (const judged of judgeTasks(await readTasks(run))) console.log(JSON.stringify({ run, ...judged }));
