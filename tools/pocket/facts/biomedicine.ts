import type { FactTable } from './factTable.ts';

/** Biomedicine, a held-back domain: its facts occur as plain statements only, so no relation has questions. */
export const biomedicineTables: FactTable[] = [
  {
    topic: 'biomedicine',
    noun: 'drug',
    plural: 'drugs',
    form: 'name',
    relations: [
      {
        of: 'class',
        category: true,
        say: [
          '{e} is {av}.',
          '{e} belongs to the {v}s.',
          'Among drugs, {e} counts as {av}.',
          'Pharmacists list {e} as {av}.',
        ],
      },
      {
        of: 'use',
        say: [
          '{e} is used for {v}.',
          '{e} treats {v}.',
          'Doctors give {e} for {v}.',
          '{v} is treated with {e}.',
          'Patients with {v} take {e}.',
          'The condition that {e} treats is {v}.',
        ],
      },
    ],
    rows: `
      aspirin|painkiller|pain; ibuprofen|painkiller|inflammation; paracetamol|painkiller|fever;
      morphine|painkiller|severe pain; codeine|painkiller|cough; amoxicillin|antibiotic|ear infections;
      penicillin|antibiotic|syphilis; erythromycin|antibiotic|whooping cough; doxycycline|antibiotic|Lyme
      disease; vancomycin|antibiotic|resistant infections; rifampicin|antibiotic|tuberculosis;
      azithromycin|antibiotic|chlamydia; aciclovir|antiviral|herpes; oseltamivir|antiviral|influenza;
      zidovudine|antiviral|HIV infection; sofosbuvir|antiviral|hepatitis C; fluconazole|antifungal|thrush;
      terbinafine|antifungal|nail fungus; nystatin|antifungal|oral thrush;
      metformin|antidiabetic|diabetes; insulin glargine|antidiabetic|diabetes;
      fluoxetine|antidepressant|depression; sertraline|antidepressant|depression;
      amitriptyline|antidepressant|nerve pain; warfarin|anticoagulant|blood clots;
      heparin|anticoagulant|blood clots; loratadine|antihistamine|hay fever;
      cetirizine|antihistamine|allergy; salbutamol|bronchodilator|asthma;
      tiotropium|bronchodilator|chronic bronchitis; propranolol|beta blocker|migraine; atenolol|beta
      blocker|high blood pressure; bisoprolol|beta blocker|heart failure; furosemide|diuretic|oedema;
      spironolactone|diuretic|heart failure; simvastatin|statin|high cholesterol; atorvastatin|statin|high
      cholesterol; carbamazepine|anticonvulsant|epilepsy; valproate|anticonvulsant|epilepsy;
      chloroquine|antimalarial|malaria; artemether|antimalarial|malaria; prednisone|steroid|inflammation;
      hydrocortisone|steroid|eczema; haloperidol|antipsychotic|schizophrenia;
      clozapine|antipsychotic|schizophrenia; ketamine|anaesthetic|surgery; lidocaine|anaesthetic|dental
      pain`,
  },
  {
    topic: 'biomedicine',
    noun: 'disease',
    plural: 'diseases',
    form: 'name',
    relations: [
      {
        of: 'affected organ',
        say: [
          '{e} affects the {v}.',
          '{e} is a disease of the {v}.',
          'The organ that {e} affects is the {v}.',
          '{e} makes the {v} ill.',
          '{e} harms the {v}.',
          '{e} attacks the {v}.',
        ],
      },
      {
        of: 'kind',
        category: true,
        say: [
          '{e} is {av}.',
          '{e} counts as {av}.',
          'Doctors describe {e} as {av}.',
          'Among diseases, {e} is {av}.',
        ],
      },
      {
        of: 'typical symptom',
        say: [
          '{e} causes {v}.',
          'A sign of {e} is {v}.',
          'Patients with {e} suffer from {v}.',
          '{v} is a symptom of {e}.',
          '{e} leads to {v}.',
        ],
      },
    ],
    rows: `
      hepatitis|liver|infection|jaundice; cirrhosis|liver|chronic disease|scar tissue;
      pneumonia|lungs|infection|cough; asthma|lungs|chronic disease|shortness of breath;
      tuberculosis|lungs|infection|night sweats; bronchitis|airways|infection|cough;
      emphysema|lungs|chronic disease|shortness of breath; nephritis|kidneys|inflammation|blood in the
      urine; meningitis|brain|infection|stiff neck; encephalitis|brain|infection|confusion;
      epilepsy|brain|chronic disease|seizures; Parkinson's disease|brain|chronic disease|tremor;
      Alzheimer's disease|brain|chronic disease|memory loss; stroke|brain|emergency|paralysis;
      migraine|head|chronic disease|headache; glaucoma|eye|chronic disease|loss of sight;
      cataract|eye|chronic disease|cloudy sight; conjunctivitis|eye|infection|red eyes;
      otitis|ear|infection|earache; tinnitus|ear|chronic disease|ringing;
      gastritis|stomach|inflammation|stomach pain; appendicitis|appendix|emergency|abdominal pain;
      colitis|colon|inflammation|diarrhoea; cholera|intestine|infection|watery diarrhoea;
      angina|heart|chronic disease|chest pain; myocarditis|heart|inflammation|tiredness; heart
      attack|heart|emergency|chest pain; eczema|skin|inflammation|itching; psoriasis|skin|chronic
      disease|scaly patches; shingles|skin|infection|blisters; measles|skin|infection|rash;
      arthritis|joints|inflammation|stiffness; gout|joints|inflammation|swollen toe;
      osteoporosis|bones|chronic disease|fractures; rickets|bones|deficiency|bowed legs;
      scurvy|gums|deficiency|bleeding gums; anaemia|blood|deficiency|pale skin;
      leukaemia|blood|cancer|bruises; melanoma|skin|cancer|dark moles; goitre|thyroid|deficiency|swollen
      neck; pancreatitis|pancreas|inflammation|abdominal pain; diabetes|pancreas|chronic disease|thirst;
      cystitis|bladder|infection|burning; tonsillitis|throat|infection|sore throat;
      rabies|nerves|infection|fear of water; polio|spinal cord|infection|paralysis`,
  },
  {
    topic: 'biomedicine',
    noun: 'hormone',
    plural: 'hormones',
    form: 'name',
    relations: [
      {
        of: 'gland',
        say: [
          '{e} is made by the {v}.',
          'The {v} makes {e}.',
          'The {v} releases {e} into the blood.',
          '{e} comes from the {v}.',
          'The gland that makes {e} is the {v}.',
        ],
      },
      { of: 'effect', say: ['{e} {v}.', 'In the body, {e} {v}.', 'The hormone {e} {v}.'], generic: false },
    ],
    rows: `
      insulin|pancreas|lowers blood sugar; glucagon|pancreas|raises blood sugar; adrenaline|adrenal
      gland|speeds up the heart; cortisol|adrenal gland|helps the body under stress; aldosterone|adrenal
      gland|keeps salt in the body; thyroxine|thyroid|speeds up metabolism; calcitonin|thyroid|lowers
      blood calcium; melatonin|pineal gland|brings sleep; growth hormone|pituitary gland|makes bones grow;
      prolactin|pituitary gland|starts milk production; testosterone|testes|deepens the voice;
      oestrogen|ovaries|controls the cycle; progesterone|ovaries|prepares the womb;
      erythropoietin|kidneys|increases red blood cells; renin|kidneys|raises blood pressure;
      gastrin|stomach|increases stomach acid; ghrelin|stomach|causes hunger; parathyroid
      hormone|parathyroid glands|raises blood calcium; leptin|fat tissue|reduces hunger`,
  },
  {
    topic: 'biomedicine',
    noun: 'vitamin',
    plural: 'vitamins',
    form: 'name',
    relations: [
      {
        of: 'deficiency disease',
        say: [
          'A lack of {e} causes {v}.',
          '{v} comes from a lack of {e}.',
          'Without {e} people get {v}.',
          '{e} prevents {v}.',
        ],
      },
      {
        of: 'food source',
        say: [
          '{e} is found in {v}.',
          '{v} contain much {e}.',
          'People get {e} from {v}.',
          'A good source of {e} is {v}.',
        ],
      },
    ],
    rows: `
      vitamin A|night blindness|carrots; vitamin B1|beriberi|whole grains; vitamin B3|pellagra|nuts;
      vitamin B12|pernicious anaemia|eggs; vitamin C|scurvy|oranges; vitamin D|rickets|oily fish; vitamin
      K|bleeding|green leaves; vitamin E|nerve damage|plant oils; iodine|goitre|sea fish;
      iron|anaemia|lentils; folic acid|neural tube defects|spinach; calcium|weak bones|dairy products`,
  },
  {
    topic: 'biomedicine',
    noun: 'organ',
    plural: 'organs',
    form: 'name',
    relations: [
      {
        of: 'body system',
        category: true,
        say: [
          'The {e} is part of the {v} system.',
          'The {e} belongs to the {v} system.',
          'Doctors count the {e} as part of the {v} system.',
        ],
        generic: false,
      },
      {
        of: 'task',
        say: ['The {e} {v}.', 'In the body, the {e} {v}.', 'The organ that {v} is the {e}.'],
        generic: false,
      },
    ],
    rows: `
      heart|circulatory|pumps blood; aorta|circulatory|carries blood from the heart;
      lung|respiratory|takes in oxygen; trachea|respiratory|carries air; diaphragm|respiratory|moves the
      breath; stomach|digestive|breaks down food; liver|digestive|makes bile; gallbladder|digestive|stores
      bile; small intestine|digestive|absorbs nutrients; colon|digestive|absorbs water;
      oesophagus|digestive|carries food to the stomach; kidney|urinary|filters the blood;
      bladder|urinary|stores urine; brain|nervous|controls the body; spinal cord|nervous|carries signals;
      cerebellum|nervous|keeps balance; retina|nervous|senses light; thymus|immune|trains white blood
      cells; spleen|immune|removes old blood cells; bone marrow|immune|makes blood cells;
      womb|reproductive|carries the child; skin|protective|shields the body`,
  },
  {
    topic: 'biomedicine',
    noun: 'germ',
    plural: 'germs',
    form: 'name',
    relations: [
      {
        of: 'kind',
        category: true,
        say: ['{e} is {av}.', 'Biologists class {e} as {av}.', 'The germ {e} counts as {av}.'],
      },
      {
        of: 'disease',
        say: [
          '{e} causes {v}.',
          '{v} is caused by {e}.',
          'The cause of {v} is {e}.',
          'People infected with {e} get {v}.',
          'The disease that {e} causes is {v}.',
        ],
      },
    ],
    rows: `
      Plasmodium|parasite|malaria; Vibrio cholerae|bacterium|cholera; Yersinia pestis|bacterium|plague;
      Treponema pallidum|bacterium|syphilis; Borrelia|bacterium|Lyme disease; Clostridium
      tetani|bacterium|tetanus; Bordetella pertussis|bacterium|whooping cough; Helicobacter
      pylori|bacterium|stomach ulcers; Salmonella typhi|bacterium|typhoid fever; Mycobacterium
      leprae|bacterium|leprosy; Legionella|bacterium|lung inflammation; HIV|virus|AIDS; varicella
      zoster|virus|chickenpox; rotavirus|virus|diarrhoea; Candida|fungus|thrush; Aspergillus|fungus|lung
      disease; Trichophyton|fungus|athlete's foot; Giardia|parasite|giardiasis;
      Toxoplasma|parasite|toxoplasmosis; Trypanosoma brucei|parasite|sleeping sickness;
      rhinovirus|virus|the common cold; variola|virus|smallpox; Ebola virus|virus|bleeding fever`,
  },
  {
    topic: 'biomedicine',
    noun: 'specialist',
    plural: 'specialists',
    form: 'name',
    relations: [
      {
        of: 'field',
        say: [
          'A {e} treats the {v}.',
          'For trouble with the {v}, people see a {e}.',
          'The {v} is the field of a {e}.',
          'The field of a {e} is the {v}.',
        ],
        generic: false,
      },
    ],
    rows: `
      cardiologist|heart; dermatologist|skin; neurologist|nerves; hepatologist|liver;
      nephrologist|kidneys; pulmonologist|lungs; haematologist|blood; rheumatologist|joints;
      gastroenterologist|stomach; endocrinologist|glands; dentist|teeth; podiatrist|feet`,
  },
  {
    topic: 'biomedicine',
    noun: 'device',
    plural: 'devices',
    form: 'name',
    relations: [
      {
        of: 'purpose',
        say: [
          'A {e} measures {v}.',
          '{v} is measured with a {e}.',
          'Nurses use a {e} to measure {v}.',
          'The purpose of a {e} is measuring {v}.',
        ],
        generic: false,
      },
    ],
    rows: `
      thermometer|body temperature; sphygmomanometer|blood pressure; glucometer|blood sugar; pulse
      oximeter|blood oxygen; spirometer|lung volume; audiometer|hearing; tonometer|eye pressure;
      electrocardiograph|heart rhythm; dynamometer|grip strength`,
  },
];
