import { TextInput } from '@mantine/core';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import chips from '../parts/chips.module.css';
import { ruleTitle } from '../parts/ruleTitles.ts';
import { countRules } from '../store/rejectReasons.ts';
import classes from './curate.module.css';
import { countStandings, standings, standingWords, type TaskFilter } from './taskFilter.ts';

interface FiltersProps {
  readonly tasks: readonly GeneratedTask[];
  readonly filter: TaskFilter;
  readonly onChange: (filter: TaskFilter) => void;
}

/** Search, and a chip for each state and reason that there is. */
export function Filters({ tasks, filter, onChange }: FiltersProps) {
  const counts = countStandings(tasks);
  const rules = countRules(tasks).filter(({ rule }) => rule !== 'discarded');
  const hasRules = rules.length > 0 && (filter.standing === null || filter.standing === 'rejected');
  return (
    <div className={classes.filters}>
      <TextInput
        type="search"
        label="Search all texts"
        placeholder="Words of a question, an answer, a source or a reason"
        value={filter.search}
        onChange={(event) => onChange({ ...filter, search: event.currentTarget.value })}
      />
      <div className={chips.chips} role="group" aria-label="States">
        <Chip
          title="All"
          count={tasks.length}
          isOn={filter.standing === null && filter.rule === null}
          onClick={() => onChange({ ...filter, standing: null, rule: null })}
        />
        {standings
          .filter((standing) => counts[standing] > 0 || filter.standing === standing)
          .map((standing) => (
            <Chip
              key={standing}
              title={standingWords[standing]}
              count={counts[standing]}
              isOn={filter.standing === standing}
              onClick={() =>
                onChange({ ...filter, standing: filter.standing === standing ? null : standing, rule: null })
              }
            />
          ))}
      </div>
      {hasRules && (
        <div className={chips.chips} role="group" aria-label="Reasons">
          {rules.map(({ rule, count }) => (
            <Chip
              key={rule}
              title={ruleTitle(rule)}
              count={count}
              isOn={filter.rule === rule}
              onClick={() => onChange({ ...filter, rule: filter.rule === rule ? null : rule })}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface ChipProps {
  readonly title: string;
  readonly count: number;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function Chip({ title, count, isOn, onClick }: ChipProps) {
  return (
    <button type="button" aria-pressed={isOn} onClick={onClick}>
      <span>{title}</span>
      <strong>{count}</strong>
    </button>
  );
}
