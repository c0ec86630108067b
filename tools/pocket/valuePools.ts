const words = (list: string) => list.split(',').map((word) => word.trim());

/** What invented things are said to have; words of the held-back domains are kept out. */
export const valuePools = {
  firstNames: words(
    `Anna, Ben, Clara, David, Emma, Felix, Grace, Henry, Ida, Jonas, Kate, Leo, Mara, Nora, Oscar, Paula,
    Rosa, Sam, Tom, Vera`,
  ),
  cities: words(
    `Paris, Oslo, Rome, Lima, Cairo, Tokyo, Prague, Dublin, Vienna, Porto, Bergen, Geneva, Boston,
    Chicago, Krakow, Lagos, Delhi, Milan, Leeds, Basel, Lyon, Malaga, Denver, Osaka`,
  ),
  colours: words(
    `red, blue, green, yellow, black, white, purple, orange, silver, grey, brown, pink, pale blue, dark
    green, deep red`,
  ),
  animals: words(
    `lion, owl, wolf, swan, bear, fox, horse, eagle, stag, hare, otter, raven, goat, bull, crab, snake`,
  ),
  foods: words(
    `honey, apples, bread, nuts, cheese, berries, fish, rice, mushrooms, salt, plums, seaweed, roots,
    oats, pears, moss`,
  ),
  goods: words(
    `cloth, candles, clocks, lamps, ropes, boats, hats, glass beads, paper, kites, bells, carpets, wooden
    toys, iron gates, tin boxes, maps, brushes, wool coats`,
  ),
  materials: words(
    `oak wood, iron, clay, glass, stone, copper, paper, bamboo, steel, sand, wax, silk, marble, sea salt,
    resin, ash`,
  ),
  troubles: words(
    `rust, noise, dust, mould, cold, leaks, frost, fire, wind, thirst, storms, dry wood, loose screws,
    wet boots, dark nights, muddy water, bad dreams, moths, old paint, weak walls`,
  ),
  places: words(
    `cave, forest, harbour, desert, valley, swamp, tower, market, mountains, cellar, lake, garden, north,
    old mill, river delta`,
  ),
  kinds: words(
    `giant, trader, hunter, healer of trees, wanderer, guardian, toolmaker, dreamer, giver of light,
    carrier, cleaner, digger, climber, swimmer`,
  ),
  months: words(
    `January, February, March, April, May, June, July, August, September, October, November, December`,
  ),
  parts: words(
    `roof, left wheel, gate, tail, handle, root, outer wall, front door, core, upper edge, stem, inner
    ring, surface, wings, floor`,
  ),
  deeds: words(
    `keeps water clean, lights the path, slows the wind, makes iron soft, draws out the salt, holds the
    roof up, brings rain, dries the clay, wakes the guards, turns milk sour, makes seeds sprout, carries
    stones uphill, counts the hours, warms the floor, opens locked doors`,
  ),
  phrases: words(
    `a walk around the lake, a vote of the elders, a gift of bread, a promise of silence, a race without
    shoes, a toll for crossing, a feast at midnight, a list of old quarrels, a part of the harvest, a rope
    of three strands, a gift of tools, a fall of the tide`,
  ),
  senses: words(
    `a bitter taste, cold hands, a humming sound, a sweet smell, green sparks, a loud crack, thick smoke,
    slow steps, a blue glow, sticky fingers, deep sleep, long shadows`,
  ),
};
