import { ActionIcon, Button, Textarea } from '@mantine/core';
import { Icon } from '../parts/Icon.tsx';
import { emptyTask, type DraftTask } from './draft.ts';
import classes from './domain.module.css';

interface TasksEditorProps {
  /** What one task is called here. */
  readonly noun: string;
  readonly tasks: readonly DraftTask[];
  readonly onChange: (tasks: readonly DraftTask[]) => void;
}

export function TasksEditor({ noun, tasks, onChange }: TasksEditorProps) {
  const replace = (changed: DraftTask) =>
    onChange(tasks.map((task) => (task.key === changed.key ? changed : task)));
  return (
    <div className={classes.tasks}>
      {tasks.map((task, i) => (
        <TaskFields
          key={task.key}
          title={`${noun} ${i + 1}`}
          task={task}
          onChange={replace}
          onRemove={() => onChange(tasks.filter(({ key }) => key !== task.key))}
        />
      ))}
      <Button
        variant="default"
        leftSection={<Icon name="plus" size={16} />}
        onClick={() => onChange([...tasks, emptyTask()])}
      >
        Add an {noun}
      </Button>
    </div>
  );
}

interface TaskFieldsProps {
  readonly title: string;
  readonly task: DraftTask;
  readonly onChange: (task: DraftTask) => void;
  readonly onRemove: () => void;
}

const fields = [
  { name: 'instruction', label: 'Task', placeholder: 'What is asked' },
  { name: 'input', label: 'Text it is about (optional)', placeholder: '' },
  { name: 'output', label: 'Answer', placeholder: 'The answer that you want' },
] as const;

function TaskFields({ title, task, onChange, onRemove }: TaskFieldsProps) {
  return (
    <fieldset className={classes.taskFields}>
      <legend className={classes.taskTitle}>{title}</legend>
      <ActionIcon
        className={classes.remove}
        variant="subtle"
        color="gray"
        aria-label={`Remove ${title}`}
        onClick={onRemove}
      >
        <Icon name="trash" size={16} />
      </ActionIcon>
      {fields.map(({ name, label, placeholder }) => (
        <Textarea
          key={name}
          label={label}
          placeholder={placeholder}
          autosize
          minRows={1}
          maxRows={6}
          value={task[name]}
          onChange={(event) => onChange({ ...task, [name]: event.currentTarget.value })}
        />
      ))}
    </fieldset>
  );
}
