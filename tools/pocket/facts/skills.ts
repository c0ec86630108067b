import type { FactTable } from './factTable.ts';

/** Sports, games, units, computing. */
export const skillTables: FactTable[] = [
  {
    topic: 'sports',
    noun: 'sport',
    plural: 'sports',
    form: 'name',
    relations: [
      {
        of: 'venue',
        say: ['{e} takes place on {av}.', 'Players meet on {av} for {e}.'],
        ask: ['Where does {e} take place?', 'Where do players meet for {e}?'],
        generic: false,
      },
      {
        of: 'equipment',
        say: ['For {e} you need {av}.', 'Nobody plays {e} without {av}.'],
        ask: ['What do you need for {e}?', 'Which equipment does {e} require?'],
      },
      {
        of: 'kind',
        category: true,
        say: ['{e} is {av}.', 'Fans know {e} as {av}.'],
        ask: ['What kind of sport is {e}?'],
      },
    ],
    rows: `
      tennis|court|racket|racket sport; badminton|court|shuttlecock|racket sport;
      squash|court|racket|racket sport; football|pitch|ball|team sport; rugby|pitch|oval ball|team sport;
      cricket|pitch|bat|team sport; baseball|diamond|bat|team sport; basketball|court|basket|team sport;
      volleyball|court|net|team sport; ice hockey|rink|puck|team sport; curling|rink|stone|team sport;
      golf|course|club|ball sport; billiards|table|cue|ball sport; bowling|lane|heavy ball|ball sport;
      judo|mat|white suit|martial art; karate|mat|belt|martial art; fencing|piste|foil|martial art;
      skiing|slope|pair of skis|winter sport; snowboarding|slope|board|winter sport;
      rowing|lake|boat|water sport; surfing|wave|board|water sport; archery|range|bow|target sport;
      darts|range|dartboard|target sport`,
  },
  {
    topic: 'games',
    noun: 'game',
    plural: 'games',
    form: 'name',
    relations: [
      {
        of: 'kind',
        category: true,
        say: ['{e} is {av}.', '{e} counts as {av}.'],
        ask: ['What kind of game is {e}?'],
      },
      {
        of: 'goal',
        say: ['In {e} you try to {v}.', 'The goal of {e} is to {v}.'],
        ask: ['What do you try to do in {e}?', 'What is the goal of {e}?'],
        inverse: ['In which game do you try to {v}?'],
        generic: false,
      },
    ],
    rows: `
      chess|board game|checkmate the king; draughts|board game|capture all pieces; go|board game|surround
      territory; backgammon|board game|bear off all stones; Scrabble|word game|form words; hangman|word
      game|guess the word; poker|card game|hold the best hand; bridge|card game|win tricks; solitaire|card
      game|sort the cards; rummy|card game|form sets; dominoes|tile game|match the ends; mahjong|tile
      game|collect tiles; hide and seek|playground game|find the hidden; tag|playground game|touch another
      player; marbles|playground game|hit the other marbles; hopscotch|playground game|hop through the
      squares; charades|party game|guess from gestures; yahtzee|dice game|roll good combinations; snakes
      and ladders|board game|reach the last square`,
  },
  {
    topic: 'units of measurement',
    noun: 'unit',
    plural: 'units',
    form: 'name',
    relations: [
      {
        of: 'quantity',
        say: ['The {e} measures {v}.', 'People measure {v} in {e}s.', 'The {e} is a unit of {v}.'],
        ask: ['What does the {e} measure?', 'Of which quantity is the {e} a unit?'],
        generic: false,
      },
      {
        of: 'symbol',
        say: ['The {e} has the symbol {v}.', 'The sign {v} stands for the {e}.'],
        ask: ['Which symbol does the {e} have?', 'How is the {e} written in short?'],
        inverse: ['Which unit has the symbol {v}?', 'What does the sign {v} stand for?'],
        generic: false,
      },
    ],
    rows: `
      metre|length|m; kilogram|mass|kg; second|time|s; ampere|electric current|A; kelvin|temperature|K;
      mole|amount of substance|mol; candela|brightness|cd; newton|force|N; joule|energy|J; watt|power|W;
      pascal|pressure|Pa; volt|voltage|V; ohm|resistance|; hertz|frequency|Hz; litre|volume|L;
      hectare|area|ha; tonne|mass|t; coulomb|electric charge|C; decibel|loudness|dB; byte|digital
      storage|B; light year|distance|ly; radian|angle|rad; tesla|magnetic field|T`,
  },
  {
    topic: 'programming',
    noun: 'programming language',
    plural: 'programming languages',
    form: 'name',
    relations: [
      {
        of: 'creator',
        say: ['{v} created {e}.', '{e} was created by {v}.'],
        ask: ['Who created {e}?', 'By whom was {e} created?'],
        inverse: ['Which language did {v} create?'],
      },
      {
        of: 'typical use',
        say: ['{e} is used for {v}.', 'Programmers choose {e} for {v}.'],
        ask: ['What is {e} used for?', 'For what do programmers choose {e}?'],
      },
    ],
    rows: `
      Python|Guido van Rossum|scripts and data; C|Dennis Ritchie|operating systems; C++|Bjarne
      Stroustrup|games and engines; Java|James Gosling|business programs; JavaScript|Brendan Eich|web
      pages; Ruby|Yukihiro Matsumoto|web servers; Perl|Larry Wall|text processing; PHP|Rasmus Lerdorf|web
      servers; Lisp|John McCarthy|symbolic reasoning; Pascal|Niklaus Wirth|teaching; Fortran|John
      Backus|numerical computing; Go|Rob Pike|network services; Rust|Graydon Hoare|safe systems;
      Swift|Chris Lattner|phone apps; Scala|Martin Odersky|data pipelines; Lua|Roberto Ierusalimschy|game
      scripts; Logo|Seymour Papert|teaching; TypeScript|Anders Hejlsberg|large web programs; Erlang|Joe
      Armstrong|telephone switches; Prolog|Alain Colmerauer|logic problems`,
  },
  {
    topic: 'computers',
    noun: 'computer part',
    plural: 'computer parts',
    form: 'name',
    relations: [
      {
        of: 'job',
        say: ['The {e} {v}.', 'In a computer the {e} {v}.'],
        ask: ['What does the {e} do?', 'What is the job of the {e} in a computer?'],
        inverse: ['Which part {v}?', 'Which part of a computer {v}?'],
        generic: false,
      },
      {
        of: 'kind',
        category: true,
        say: ['The {e} is an {v} device.', 'Technicians list the {e} as an {v} device.'],
        ask: ['Is the {e} an input device or an output device?'],
        generic: false,
      },
    ],
    rows: `
      processor|runs the instructions|; hard disk|keeps files|; keyboard|takes typed letters|input;
      mouse|moves the pointer|input; screen|shows pictures|output; printer|puts text on paper|output;
      fan|cools the parts|; speaker|makes sound|output; microphone|records the voice|input; scanner|reads
      paper pages|input; modem|connects to the network|; power supply|delivers current|; webcam|films the
      user|input; projector|throws pictures on a wall|output; joystick|steers in games|input`,
  },
];
