import type { FactTable } from './factTable.ts';

/** Sports, games, units, computing, scientists, explorers, history, grammar, shapes, stars. */
export const knowledgeTables: FactTable[] = [
  {
    topic: 'sports',
    noun: 'sport',
    plural: 'sports',
    form: 'name',
    relations: [
      { of: 'venue', say: ['{e} takes place on {av}.', 'Players meet on {av} for {e}.'], ask: ['Where does {e} take place?', 'Where do players meet for {e}?'], generic: false },
      { of: 'equipment', say: ['For {e} you need {av}.', 'Nobody plays {e} without {av}.'], ask: ['What do you need for {e}?', 'Which equipment does {e} require?'] },
      { of: 'kind', category: true, say: ['{e} is {av}.', 'Fans know {e} as {av}.'], ask: ['What kind of sport is {e}?'] },
    ],
    rows: [
      'tennis|court|racket|racket sport', 'badminton|court|shuttlecock|racket sport', 'squash|court|racket|racket sport', 'football|pitch|ball|team sport', 'rugby|pitch|oval ball|team sport', 'cricket|pitch|bat|team sport', 'baseball|diamond|bat|team sport', 'basketball|court|basket|team sport', 'volleyball|court|net|team sport', 'ice hockey|rink|puck|team sport',
      'curling|rink|stone|team sport', 'golf|course|club|ball sport', 'billiards|table|cue|ball sport', 'bowling|lane|heavy ball|ball sport', 'judo|mat|white suit|martial art', 'karate|mat|belt|martial art', 'fencing|piste|foil|martial art', 'skiing|slope|pair of skis|winter sport', 'snowboarding|slope|board|winter sport', 'rowing|lake|boat|water sport', 'surfing|wave|board|water sport',
      'archery|range|bow|target sport', 'darts|range|dartboard|target sport',
    ],
  },
  {
    topic: 'games',
    noun: 'game',
    plural: 'games',
    form: 'name',
    relations: [
      { of: 'kind', category: true, say: ['{e} is {av}.', '{e} counts as {av}.'], ask: ['What kind of game is {e}?'] },
      { of: 'goal', say: ['In {e} you try to {v}.', 'The goal of {e} is to {v}.'], ask: ['What do you try to do in {e}?', 'What is the goal of {e}?'], inverse: ['In which game do you try to {v}?'], generic: false },
    ],
    rows: [
      'chess|board game|checkmate the king', 'draughts|board game|capture all pieces', 'go|board game|surround territory', 'backgammon|board game|bear off all stones', 'Scrabble|word game|form words', 'hangman|word game|guess the word', 'poker|card game|hold the best hand', 'bridge|card game|win tricks', 'solitaire|card game|sort the cards', 'rummy|card game|form sets',
      'dominoes|tile game|match the ends', 'mahjong|tile game|collect tiles', 'hide and seek|playground game|find the hidden', 'tag|playground game|touch another player', 'marbles|playground game|hit the other marbles', 'hopscotch|playground game|hop through the squares', 'charades|party game|guess from gestures', 'yahtzee|dice game|roll good combinations', 'snakes and ladders|board game|reach the last square',
    ],
  },
  {
    topic: 'units of measurement',
    noun: 'unit',
    plural: 'units',
    form: 'name',
    relations: [
      { of: 'quantity', say: ['The {e} measures {v}.', 'People measure {v} in {e}s.', 'The {e} is a unit of {v}.'], ask: ['What does the {e} measure?', 'Of which quantity is the {e} a unit?'], generic: false },
      { of: 'symbol', say: ['The {e} has the symbol {v}.', 'The sign {v} stands for the {e}.'], ask: ['Which symbol does the {e} have?', 'How is the {e} written in short?'], inverse: ['Which unit has the symbol {v}?', 'What does the sign {v} stand for?'], generic: false },
    ],
    rows: [
      'metre|length|m', 'kilogram|mass|kg', 'second|time|s', 'ampere|electric current|A', 'kelvin|temperature|K', 'mole|amount of substance|mol', 'candela|brightness|cd', 'newton|force|N', 'joule|energy|J', 'watt|power|W', 'pascal|pressure|Pa', 'volt|voltage|V', 'ohm|resistance|', 'hertz|frequency|Hz', 'litre|volume|L', 'hectare|area|ha', 'tonne|mass|t',
      'coulomb|electric charge|C', 'decibel|loudness|dB', 'byte|digital storage|B', 'light year|distance|ly', 'radian|angle|rad', 'tesla|magnetic field|T',
    ],
  },
  {
    topic: 'programming',
    noun: 'programming language',
    plural: 'programming languages',
    form: 'name',
    relations: [
      { of: 'creator', say: ['{v} created {e}.', '{e} was created by {v}.'], ask: ['Who created {e}?', 'By whom was {e} created?'], inverse: ['Which language did {v} create?'] },
      { of: 'typical use', say: ['{e} is used for {v}.', 'Programmers choose {e} for {v}.'], ask: ['What is {e} used for?', 'For what do programmers choose {e}?'] },
    ],
    rows: [
      'Python|Guido van Rossum|scripts and data', 'C|Dennis Ritchie|operating systems', 'C++|Bjarne Stroustrup|games and engines', 'Java|James Gosling|business programs', 'JavaScript|Brendan Eich|web pages', 'Ruby|Yukihiro Matsumoto|web servers', 'Perl|Larry Wall|text processing', 'PHP|Rasmus Lerdorf|web servers', 'Lisp|John McCarthy|symbolic reasoning', 'Pascal|Niklaus Wirth|teaching',
      'Fortran|John Backus|numerical computing', 'Go|Rob Pike|network services', 'Rust|Graydon Hoare|safe systems', 'Swift|Chris Lattner|phone apps', 'Scala|Martin Odersky|data pipelines', 'Lua|Roberto Ierusalimschy|game scripts', 'Logo|Seymour Papert|teaching', 'TypeScript|Anders Hejlsberg|large web programs', 'Erlang|Joe Armstrong|telephone switches', 'Prolog|Alain Colmerauer|logic problems',
    ],
  },
  {
    topic: 'computers',
    noun: 'computer part',
    plural: 'computer parts',
    form: 'name',
    relations: [
      { of: 'job', say: ['The {e} {v}.', 'In a computer the {e} {v}.'], ask: ['What does the {e} do?', 'What is the job of the {e} in a computer?'], inverse: ['Which part {v}?', 'Which part of a computer {v}?'], generic: false },
      { of: 'kind', category: true, say: ['The {e} is an {v} device.', 'Technicians list the {e} as an {v} device.'], ask: ['Is the {e} an input device or an output device?'], generic: false },
    ],
    rows: [
      'processor|runs the instructions|', 'hard disk|keeps files|', 'keyboard|takes typed letters|input', 'mouse|moves the pointer|input', 'screen|shows pictures|output', 'printer|puts text on paper|output', 'fan|cools the parts|', 'speaker|makes sound|output', 'microphone|records the voice|input', 'scanner|reads paper pages|input', 'modem|connects to the network|', 'power supply|delivers current|', 'webcam|films the user|input',
      'projector|throws pictures on a wall|output', 'joystick|steers in games|input',
    ],
  },
  {
    topic: 'science',
    noun: 'scientist',
    plural: 'scientists',
    form: 'name',
    relations: [
      { of: 'field', category: true, say: ['{e} worked in {v}.', '{e} is a great name of {v}.'], ask: ['In which field did {e} work?', 'Of which science is {e} a great name?'] },
      { of: 'country', say: ['{e} came from {v}.', 'The scientist {e} was born in {v}.'], ask: ['Where was the scientist {e} born?', 'From which country did {e} come?'] },
      { of: 'achievement', say: ['{e} is known for {v}.', '{v} made {e} famous.', 'We connect {e} with {v}.'], ask: ['For what is {e} known?', 'What made {e} famous?'], inverse: ['Who is known for {v}?', 'Which scientist is known for {v}?'], generic: false },
    ],
    rows: [
      'Isaac Newton|physics|England|the laws of motion', 'Albert Einstein|physics|Germany|the theory of relativity', 'Marie Curie|physics|Poland|the discovery of radium', 'Galileo Galilei|astronomy|Italy|the moons of Jupiter', 'Nicolaus Copernicus|astronomy|Poland|the sun at the centre', 'Johannes Kepler|astronomy|Germany|the laws of planetary motion', 'Edwin Hubble|astronomy|the United States|the growing universe',
      'Charles Darwin|biology|England|the theory of evolution', 'Gregor Mendel|biology|Austria|the laws of heredity', 'Carl Linnaeus|biology|Sweden|the naming of species', 'Dmitri Mendeleev|chemistry|Russia|the periodic table', 'Antoine Lavoisier|chemistry|France|the role of oxygen in fire', 'John Dalton|chemistry|England|the atomic theory', 'Carl Friedrich Gauss|mathematics|Germany|the bell curve', 'Leonhard Euler|mathematics|Switzerland|the bridges of Konigsberg',
      'Pythagoras|mathematics|Greece|the theorem on right triangles', 'Euclid|mathematics|Greece|the Elements', 'Michael Faraday|physics|England|electromagnetic induction', 'Niels Bohr|physics|Denmark|the model of the atom', 'Max Planck|physics|Germany|the quantum', 'Alfred Wegener|geology|Germany|the drift of continents', 'James Hutton|geology|Scotland|the age of rocks', 'Blaise Pascal|mathematics|France|the first calculator', 'Ada Lovelace|mathematics|England|the first program',
    ],
  },
  {
    topic: 'exploration',
    noun: 'explorer',
    plural: 'explorers',
    form: 'name',
    relations: [
      { of: 'country', say: ['{e} came from {v}.', 'The explorer {e} was a child of {v}.'], ask: ['From which country did the explorer {e} come?'] },
      { of: 'goal', say: ['{e} reached {v}.', '{e} travelled to {v}.', '{v} was reached by {e}.'], ask: ['Where did {e} travel?', 'What did {e} reach?'], inverse: ['Who reached {v}?', 'Which explorer travelled to {v}?'], generic: false },
    ],
    rows: [
      'Christopher Columbus|Italy|the Caribbean', 'Marco Polo|Italy|China', 'Vasco da Gama|Portugal|India', 'Ferdinand Magellan|Portugal|the Pacific', 'James Cook|England|Hawaii', 'Roald Amundsen|Norway|the South Pole', 'Robert Peary|the United States|the far Arctic', 'Jacques Cartier|France|the Saint Lawrence River', 'Hernan Cortes|Spain|Mexico', 'Francisco Pizarro|Spain|Peru', 'Abel Tasman|the Netherlands|Tasmania', 'Henry Hudson|England|Hudson Bay',
      'David Livingstone|Scotland|the Victoria Falls', 'Ibn Battuta|Morocco|Mali', 'Leif Erikson|Iceland|Newfoundland', 'Edmund Hillary|New Zealand|the top of Mount Everest', 'Neil Armstrong|the United States|the moon', 'Yuri Gagarin|Russia|space', 'Zheng He|China|East Africa', 'Vitus Bering|Denmark|Alaska',
    ],
  },
  {
    topic: 'opposites and words',
    noun: 'word',
    plural: 'words',
    form: 'name',
    relations: [
      { of: 'opposite', say: ['{e} and {v} are opposites.', 'Whoever is not {e} may be {v}.'], ask: ['Which word means the contrary of {e}?', 'What is the contrary of {e}?'] },
      { of: 'synonym', say: ['{e} means almost the same as {v}.', 'For {e} one can also say {v}.'], ask: ['Which word means almost the same as {e}?', 'What can one also say for {e}?'] },
    ],
    rows: [
      'big|small|large', 'fast|slow|quick', 'happy|sad|glad', 'hot|cold|', 'brave|cowardly|courageous', 'silent|noisy|quiet', 'clever|stupid|smart', 'difficult|easy|hard', 'old|young|aged', 'rich|poor|wealthy', 'dark|bright|', 'wet|dry|', 'early|late|', 'begin|end|start', 'wide|narrow|broad', 'deep|shallow|', 'strong|weak|powerful', 'polite|rude|courteous', 'ancient|modern|', 'full|empty|', 'angry|calm|furious', 'near|far|close', 'heavy|light|',
      'beautiful|ugly|lovely', 'generous|stingy|', 'loud|soft|noisy', 'tired|rested|weary', 'sharp|blunt|',
    ],
  },
  {
    topic: 'geometry',
    noun: 'shape',
    plural: 'shapes',
    form: 'noun',
    relations: [
      { of: 'number of sides', say: ['{e} has {v} sides.', 'Count the sides of {e} and you get {v}.'], ask: ['How many sides does {e} have?'] },
      { of: 'dimension', category: true, say: ['{e} is a {v} figure.', 'Teachers call {e} a {v} figure.'], ask: ['Is {e} a flat figure or a solid figure?'], generic: false },
      { of: 'number of faces', say: ['{e} has {v} faces.', 'The surface of {e} consists of {v} faces.'], ask: ['How many faces does {e} have?'] },
    ],
    rows: [
      'triangle|three|flat|', 'square|four|flat|', 'rectangle|four|flat|', 'rhombus|four|flat|', 'pentagon|five|flat|', 'hexagon|six|flat|', 'heptagon|seven|flat|', 'octagon|eight|flat|', 'nonagon|nine|flat|', 'decagon|ten|flat|', 'circle||flat|', 'cube||solid|six', 'sphere||solid|', 'tetrahedron||solid|four', 'octahedron||solid|eight', 'dodecahedron||solid|twelve', 'icosahedron||solid|twenty', 'cylinder||solid|', 'cone||solid|', 'trapezium|four|flat|',
    ],
  },
  {
    topic: 'history',
    noun: 'event',
    plural: 'events',
    form: 'name',
    relations: [
      { of: 'year', say: ['{e} happened in {v}.', 'In {v} people witnessed {e}.'], ask: ['When did {e} happen?', 'In which year did {e} happen?'], inverse: ['What happened in {v}?', 'Which event happened in {v}?'] },
      { of: 'place', say: ['{e} happened in {v}.', 'The scene of {e} was {v}.'], ask: ['Where did {e} happen?', 'In which place did {e} happen?'] },
    ],
    rows: [
      'the Battle of Hastings|1066|England', 'the signing of Magna Carta|1215|England', 'the fall of Constantinople|1453|Constantinople', 'the first voyage of Columbus|1492|the Atlantic', 'the Great Fire of London|1666|London', 'the Boston Tea Party|1773|Boston', 'the storming of the Bastille|1789|Paris', 'the Battle of Trafalgar|1805|Spain', 'the Battle of Waterloo|1815|Belgium', 'the sinking of the Titanic|1912|the Atlantic',
      'the Russian Revolution|1917|Petrograd', 'the first moon landing|1969|the moon', 'the fall of the Berlin Wall|1989|Berlin', 'the eruption of Vesuvius|79|Pompeii', 'the Lisbon earthquake|1755|Lisbon', 'the opening of the Suez Canal|1869|Egypt', 'the first modern Olympics|1896|Athens', 'the Chernobyl accident|1986|Ukraine', 'the Great San Francisco Earthquake|1906|San Francisco', 'the eruption of Krakatoa|1883|Indonesia',
    ],
  },
  {
    topic: 'stars',
    noun: 'star',
    plural: 'stars',
    form: 'name',
    relations: [
      { of: 'constellation', say: ['{e} shines in {v}.', 'The star {e} belongs to {v}.', 'Look for {e} in {v}.'], ask: ['In which constellation does {e} shine?', 'To which constellation does {e} belong?'] },
      { of: 'colour', category: true, say: ['{e} looks {v}.', '{e} glows {v}.'], ask: ['Which colour does {e} have?'] },
    ],
    rows: [
      'Betelgeuse|Orion|red', 'Rigel|Orion|blue', 'Sirius|Canis Major|white', 'Procyon|Canis Minor|white', 'Aldebaran|Taurus|orange', 'Antares|Scorpius|red', 'Vega|Lyra|white', 'Deneb|Cygnus|white', 'Altair|Aquila|white', 'Polaris|Ursa Minor|yellow', 'Spica|Virgo|blue', 'Regulus|Leo|blue', 'Castor|Gemini|white', 'Pollux|Gemini|orange', 'Arcturus|Bootes|orange', 'Capella|Auriga|yellow', 'Fomalhaut|Piscis Austrinus|white', 'Canopus|Carina|white',
    ],
  },
];
