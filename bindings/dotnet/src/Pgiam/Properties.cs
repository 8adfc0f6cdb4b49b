using System.Runtime.CompilerServices;

// What the tests look at inside: how many wait.
[assembly: InternalsVisibleTo("WaitingTests")]
