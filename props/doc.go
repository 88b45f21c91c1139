// Package props is how a candidate is judged: it asks one for draws, bets against
// it by package evidence, and gives a verdict.
//
// There are two doors to one engine. [Judge] returns a [Verdict] on one or several
// problems. [Posterior] is a property for rapid.Check and rapid.MakeFuzz over
// generated problems:
//
//	func TestMySampler(t *testing.T) { rapid.Check(t, props.Posterior(mySampler)) }
//	func FuzzMySampler(f *testing.F) { f.Fuzz(rapid.MakeFuzz(props.Posterior(mySampler))) }
//
// A verdict is a pure function of the candidate, the problems, the options and the
// root seed. A candidate that is right is rejected with probability at most alpha
// (see [Alpha]), whatever was looked at and whenever it was stopped.
package props
