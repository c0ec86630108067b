import { Button, Collapse } from '@mantine/core';
import { useState } from 'react';
import { useApp, useAppState } from '../appContext.ts';
import { ChoiceCard } from '../parts/ChoiceCard.tsx';
import { Icon } from '../parts/Icon.tsx';
import { presetOf, presets } from '../store/presets.ts';
import { AdvancedParameters } from './AdvancedParameters.tsx';
import classes from './start.module.css';

/** Three presets; everything else waits behind "Advanced". */
export function EffortPicker() {
  const app = useApp();
  const parameters = useAppState((state) => state.parameters);
  const [isOpen, setIsOpen] = useState(false);
  const chosen = presetOf(parameters);
  return (
    <section className={classes.section} aria-labelledby="effort-title">
      <div className={classes.sectionHead}>
        <h2 id="effort-title">Effort</h2>
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={isOpen}
          aria-controls="advanced"
          rightSection={
            <span className={classes.chevron} data-open={isOpen || undefined}>
              <Icon name="chevron" size={16} />
            </span>
          }
          onClick={() => setIsOpen(!isOpen)}
        >
          Advanced
        </Button>
      </div>
      <div className={classes.choices} role="radiogroup" aria-labelledby="effort-title">
        {presets.map((preset) => (
          <ChoiceCard
            key={preset.id}
            group="effort"
            title={preset.title}
            text={preset.text}
            meta={`${preset.parameters.tasks} tasks · ${preset.parameters.epochs} passes`}
            isChosen={chosen === preset.id}
            onChoose={() => app.setParameters({ ...preset.parameters, seed: parameters.seed })}
          />
        ))}
      </div>
      <Collapse expanded={isOpen} id="advanced">
        <AdvancedParameters />
      </Collapse>
    </section>
  );
}
