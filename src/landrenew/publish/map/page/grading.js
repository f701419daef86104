// Grades from scores, by bars or by rank: what landrenew.assess.grades does.

// Bars that each score does not reach.
function belowBars(scores, { classes }) {
  const missed = new Int8Array(scores.length);
  for (const { at_least: least, above } of classes.slice(0, -1)) {
    scores.forEach((score, k) => { missed[k] += least === null ? score <= above : score < least; });
  }
  return missed;
}

const ROUND = { down: Math.floor, nearest: (size) => Math.floor(size + 0.5), up: Math.ceil };

// The last rank of each grade but the last one.
function gradeBounds(size, { classes }, rounding) {
  return classes.slice(0, -1).map(({ up_to: upTo, is_inclusive: isInclusive }) => {
    const exact = Number((upTo * size).toFixed(9));
    return ROUND[rounding](exact) - (Number.isInteger(exact) && !isInclusive ? 1 : 0);
  });
}

// Every rule for ties and rounding that the document leaves open, or the ones it states.
function openRules({ ties, rounding }) {
  const ways = rounding === null ? Object.keys(ROUND) : [rounding];
  return (ties === null ? ['better', 'worse'] : [ties]).flatMap((tie) => ways.map((way) => [tie, way]));
}

// The last rank of each grade, with none to all of the doubtful rows counted.
const boundsFrom = (sure, doubtful, grades, rounding) => Array.from({ length: doubtful + 1 }, (_, more) => (
  along(gradeBounds(sure + more, grades, rounding), Math.max)));

// Grades of a pool: one that every rule gives which the document leaves open.
function byRank(scores, open, grades) {
  const ways = openRules(grades).flatMap(([tie, rounding]) => gradesByRank(scores, open, grades, tie, rounding));
  const [found, ...others] = ways;
  for (const way of others) way.forEach((grade, k) => { if (grade !== found[k]) found[k] = UNGRADED; });
  return found;
}

// The grades that each row has, or the best and the worst it can have where some may not count.
function gradesByRank(scores, open, grades, tie, rounding) {
  const others = sum(open);
  const sure = scores.length - others;
  const bounds = boundsFrom(sure, others, grades, rounding);
  if (!others) return [belowRanks(scores, bounds[0], tie)];
  const rising = (flag) => scores.filter((_, k) => open[k] === flag).sort();
  const [known, doubtful] = [rising(0), rising(1)];
  const before = (rows, score) => rows.length - placeIn(rows, score, tie === 'better');
  const rank = Int32Array.from(scores, (score) => before(known, score) + (tie === 'better' ? 1 : 0));
  return bestAndWorst(rank, Int32Array.from(scores, (score) => before(doubtful, score)), bounds);
}

// Count the grades whose last rank each row does not reach.
function belowRanks(scores, last, tie) {
  const parted = scores.slice();
  const missed = new Int8Array(scores.length);
  for (const rank of last) {
    const place = scores.length - rank - (tie === 'worse' ? 1 : 0);
    if (place < 0) continue;
    const bar = place < scores.length ? smallest(parted, place) : Infinity;
    for (let k = 0; k < scores.length; k += 1) {
      if (tie === 'worse' ? scores[k] <= bar : scores[k] < bar) missed[k] += 1;
    }
  }
  return missed;
}

// The number that would stand at a place if they were sorted: those before it are no larger. Quicker
// than to sort them all, and the numbers are left in parts that the next search is quicker in.
function smallest(numbers, place) {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = numbers[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (numbers[i] < middle) i += 1;
      while (numbers[j] > middle) j -= 1;
      if (i > j) break;
      const one = numbers[i];
      numbers[i] = numbers[j];
      numbers[j] = one;
      i += 1;
      j -= 1;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return numbers[place];
}

// The best and the worst grade of each row, whichever of the doubtful rows count; how it is found says
// landrenew.assess.grades.
function bestAndWorst(rank, ahead, bounds) {
  const others = bounds.length - 1;
  const [best, worst] = [new Int8Array(rank.length), new Int8Array(rank.length)];
  bounds[0].forEach((_, grade) => {
    const bound = bounds.map((one) => one[grade]);
    const less = bound.map((one, counted) => one - counted);
    const atWorst = [along(less, Math.min), along(bound.slice().reverse(), Math.min).reverse()];
    const atBest = [along(bound, Math.max), along(less.slice().reverse(), Math.max).reverse()];
    rank.forEach((place, k) => {
      const behind = others - ahead[k];
      if (place > atWorst[0][ahead[k]] || place + ahead[k] > atWorst[1][ahead[k]]) worst[k] += 1;
      if (place > atBest[0][behind] && place - behind > atBest[1][behind]) best[k] += 1;
    });
  });
  return [best, worst];
}

// The extreme of the numbers up to each place.
function along(numbers, extreme) {
  let found = numbers[0];
  return numbers.map((one) => { found = extreme(found, one); return found; });
}
