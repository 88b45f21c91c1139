// Package props judges candidates: it asks one for draws, bets against it by
// means of package evidence, and gives a verdict.
//
// There is one engine, and several entry points to it, the doors. [Judge] returns a
// [Verdict] on one or several problems; [Compare] says whether two samplers agree, and
// [Consistent] whether draws given y fit draws without y, neither of which says who is
// right; [Replay] judges again what was found. [Posterior] is a property for rapid.Check
// and rapid.MakeFuzz over generated problems:
//
//	func TestMySampler(t *testing.T) { rapid.Check(t, props.Posterior(mySampler)) }
//	func FuzzMySampler(f *testing.F) { f.Fuzz(rapid.MakeFuzz(props.Posterior(mySampler))) }
//
// A verdict is a pure function of the candidate, the problems, the options and the
// root seed. A candidate that is right is rejected with probability at most alpha
// (see [Alpha]), whatever was looked at and whenever it was stopped.
//
// Right is a candidate whose draws, in each call, have the law of the posterior given y
// (or one within the tolerance of it, see [Within]) whatever happened in the calls before:
// calls are independent of each other given their y. Within a call draws may depend on each
// other, if the candidate says so; see [spec.Sampler]. A candidate that carries something
// from one call to the next, such as a chain that goes on where it stopped or a stock of
// draws that are handed out again, is not right in this sense, even if the draws of every
// single call are, looked at alone. It may be rejected for that: the bets on a call know the
// calls before, and one witness compares a call with the last one (see [evidence.Session]).
// Such a candidate should start anew in every call.
package props
