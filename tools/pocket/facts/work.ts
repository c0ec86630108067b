import type { FactTable } from './factTable.ts';

/** Tools, professions, vehicles, materials, clothes, rooms, containers, machines. */
export const workTables: FactTable[] = [
  {
    topic: 'tools',
    noun: 'tool',
    plural: 'tools',
    form: 'noun',
    relations: [
      {
        of: 'use',
        say: ['{e} is used for {v}.', 'People use {e} for {v}.', 'For {v} you need {e}.'],
        ask: ['What is {e} used for?', 'For what do people use {e}?'],
        inverse: ['Which tool is used for {v}?', 'What do you need for {v}?'],
      },
      {
        of: 'user',
        say: ['{e} belongs to the kit of {av}.', '{av} works with {e}.'],
        ask: ['Who works with {e}?'],
        generic: false,
      },
    ],
    rows: `
      hammer|driving nails|carpenter; saw|cutting wood|carpenter; plane|smoothing wood|carpenter;
      chisel|carving stone|sculptor; screwdriver|turning screws|mechanic; wrench|turning bolts|mechanic;
      trowel|spreading mortar|bricklayer; spade|digging soil|gardener; rake|gathering leaves|gardener;
      hoe|removing weeds|gardener; anvil|shaping iron|blacksmith; needle|sewing cloth|tailor;
      thimble|protecting a finger|tailor; scythe|cutting grass|farmer; plough|turning the field|farmer;
      ladle|serving soup|cook; whisk|beating eggs|cook; sieve|sifting flour|baker; rolling pin|flattening
      dough|baker; awl|piercing leather|shoemaker; brush|applying paint|painter; compass|finding
      north|sailor; sextant|measuring the height of stars|sailor; loupe|looking at small parts|watchmaker;
      plumb line|finding the vertical|bricklayer`,
  },
  {
    topic: 'professions',
    noun: 'profession',
    plural: 'professions',
    form: 'noun',
    relations: [
      {
        of: 'work',
        say: ['{e} {v}.', 'As everybody knows, {e} {v}.'],
        ask: ['What does {e} do?', 'What is the work of {e}?'],
        generic: false,
      },
      {
        of: 'workplace',
        say: ['{e} works in {av}.', '{av} is the workplace of {e}.'],
        ask: ['Where does {e} work?', 'In which place does {e} work?'],
        generic: false,
      },
    ],
    rows: `
      teacher|gives lessons|school; baker|bakes bread|bakery; librarian|lends books|library; judge|decides
      cases|court; pilot|flies planes|cockpit; chef|cooks meals|kitchen; farmer|grows crops|field;
      miner|digs for ore|mine; astronomer|studies stars|observatory; potter|shapes clay|workshop;
      weaver|makes cloth|mill; actor|plays roles|theatre; curator|keeps a collection|museum; florist|sells
      flowers|shop; brewer|makes beer|brewery; printer|prints pages|press; glazier|fits windows|workshop;
      cobbler|mends shoes|workshop; welder|joins metal|factory; translator|turns one language into
      another|study; editor|improves texts|newsroom; beekeeper|keeps bees|garden; lifeguard|watches
      swimmers|pool; referee|watches the rules|stadium`,
  },
  {
    topic: 'vehicles',
    noun: 'vehicle',
    plural: 'vehicles',
    form: 'noun',
    relations: [
      {
        of: 'medium',
        category: true,
        say: ['{e} travels on {v}.', 'You see {e} on {v}.'],
        ask: ['On what does {e} travel?'],
        generic: false,
      },
      {
        of: 'source of power',
        say: ['{e} is driven by {v}.', '{v} drives {e}.'],
        ask: ['What drives {e}?', 'By what is {e} driven?'],
      },
    ],
    rows: `
      bicycle|roads|pedals; car|roads|an engine; tram|rails|electricity; steam locomotive|rails|steam;
      underground train|rails|electricity; sailing boat|water|wind; canoe|water|paddles;
      galley|water|oars; ferry|water|an engine; submarine|water|a propeller; lorry|roads|a diesel engine;
      carriage|roads|horses; sledge|snow|dogs; snowmobile|snow|an engine; raft|water|the current;
      rickshaw|roads|a runner; skateboard|roads|a push of the foot; gondola|water|an oar;
      tandem|roads|pedals; handcar|rails|a lever`,
  },
  {
    topic: 'materials',
    noun: 'material',
    plural: 'materials',
    form: 'name',
    relations: [
      {
        of: 'source',
        say: ['{e} is made from {v}.', '{v} is turned into {e}.', 'People make {e} out of {v}.'],
        ask: ['What is {e} made from?', 'From what do people make {e}?'],
      },
      {
        of: 'property',
        category: true,
        say: ['{e} is {v}.', 'People like {e} because it is {v}.'],
        ask: ['What is {e} like?', 'Why do people like {e}?'],
        generic: false,
      },
    ],
    rows: `
      glass|sand|clear; paper|wood|light; steel|iron|strong; bronze|copper and tin|strong; brass|copper
      and zinc|shiny; concrete|cement and gravel|hard; leather|animal skin|tough; linen|flax|cool;
      silk|the cocoons of silkworms|soft; wool|the coat of sheep|warm; felt|pressed wool|warm;
      rubber|latex|elastic; plywood|thin sheets of wood|light; porcelain|white clay|hard; brick|baked
      clay|hard; cork|bark|light; plaster|gypsum|smooth; charcoal|wood|black; parchment|animal skin|tough;
      cardboard|paper pulp|light; wax|the honeycomb of bees|soft; denim|cotton|tough; velvet|silk|soft`,
  },
  {
    topic: 'clothes',
    noun: 'piece of clothing',
    plural: 'clothes',
    form: 'noun',
    relations: [
      {
        of: 'place',
        category: true,
        say: ['{e} is worn on the {v}.', 'People wear {e} on the {v}.'],
        ask: ['Where is {e} worn?', 'On which part do people wear {e}?'],
        generic: false,
      },
      {
        of: 'country',
        say: ['{e} is typical of {v}.', 'In {v} people wear {e}.'],
        ask: ['Of which country is {e} typical?'],
        generic: false,
      },
    ],
    rows: `
      beret|head|France; sombrero|head|Mexico; fez|head|Morocco; turban|head|India; ushanka|head|Russia;
      bowler hat|head|England; clog|feet|the Netherlands; moccasin|feet|; sandal|feet|; boot|feet|;
      glove|hands|; mitten|hands|; scarf|neck|; tie|neck|; kimono|body|Japan; sari|body|India;
      poncho|body|Peru; toga|body|; belt|waist|; kilt|waist|Scotland; sash|waist|`,
  },
  {
    topic: 'the household',
    noun: 'household object',
    plural: 'household objects',
    form: 'noun',
    relations: [
      {
        of: 'room',
        category: true,
        say: ['{e} stands in the {v}.', 'You find {e} in the {v}.'],
        ask: ['In which room do you find {e}?', 'Where does {e} stand?'],
        generic: false,
      },
      {
        of: 'purpose',
        say: ['{e} is for {v}.', '{e} helps with {v}.'],
        ask: ['What is {e} for?', 'With what does {e} help?'],
        inverse: ['Which object is for {v}?'],
      },
    ],
    rows: `
      bed|bedroom|sleeping; wardrobe|bedroom|storing clothes; alarm clock|bedroom|waking up;
      stove|kitchen|cooking; kettle|kitchen|boiling water; fridge|kitchen|keeping food cold;
      toaster|kitchen|browning bread; bathtub|bathroom|bathing; mirror|bathroom|seeing oneself;
      towel|bathroom|drying; sofa|living room|sitting together; bookcase|living room|storing books;
      fireplace|living room|warming the room; lawn mower|shed|cutting the lawn; ladder|shed|reaching high
      places; wheelbarrow|shed|carrying soil; desk|study|writing; lamp|study|reading at night;
      doormat|hall|cleaning shoes; coat rack|hall|hanging coats`,
  },
  {
    topic: 'inventions',
    noun: 'invention',
    plural: 'inventions',
    form: 'name',
    relations: [
      {
        of: 'inventor',
        say: ['{v} invented {e}.', '{e} was invented by {v}.', 'We owe {e} to {v}.'],
        ask: ['Who invented {e}?', 'To whom do we owe {e}?'],
        inverse: ['What did {v} invent?', 'Which invention do we owe to {v}?'],
      },
      {
        of: 'century',
        category: true,
        say: ['{e} dates from the {v}.', 'People have known {e} since the {v}.'],
        ask: ['From which century does {e} date?'],
      },
    ],
    rows: `
      the telephone|Alexander Graham Bell|nineteenth century; the phonograph|Thomas Edison|nineteenth
      century; dynamite|Alfred Nobel|nineteenth century; the lightning rod|Benjamin Franklin|eighteenth
      century; the printing press|Johannes Gutenberg|fifteenth century; the battery|Alessandro
      Volta|eighteenth century; the hot air balloon|the Montgolfier brothers|eighteenth century; the jet
      engine|Frank Whittle|twentieth century; the diesel engine|Rudolf Diesel|nineteenth century; the
      saxophone|Adolphe Sax|nineteenth century; the airship|Ferdinand von Zeppelin|nineteenth century; the
      World Wide Web|Tim Berners-Lee|twentieth century; the barometer|Evangelista Torricelli|seventeenth
      century; the pendulum clock|Christiaan Huygens|seventeenth century; the cotton gin|Eli
      Whitney|eighteenth century; the safety lamp|Humphry Davy|nineteenth century; the electric
      telegraph|Samuel Morse|nineteenth century; the ballpoint pen|Laszlo Biro|twentieth century; the
      zipper|Gideon Sundback|twentieth century; the motor car|Karl Benz|nineteenth century`,
  },
  {
    topic: 'ships and sailing',
    noun: 'sailing word',
    plural: 'sailing words',
    form: 'name',
    relations: [
      {
        of: 'meaning',
        generic: false,
        say: ['On a ship, {e} is {v}.', 'Sailors call {v} {e}.'],
        ask: ['What is {e} on a ship?', 'What do sailors mean by {e}?'],
        inverse: ['What do sailors call {v}?'],
      },
    ],
    rows: `
      the bow|the front of the ship; the stern|the back of the ship; port|the left side; starboard|the
      right side; the galley|the kitchen; a knot|one sea mile per hour; the keel|the beam along the
      bottom; the helm|the steering wheel; the hull|the body of the ship; a berth|a bed; the anchor|the
      weight that holds the ship; the mast|the pole for the sails; a cabin|a room; the rudder|the blade
      that steers; the crew|the people who work aboard; a fathom|six feet of depth`,
  },
];
