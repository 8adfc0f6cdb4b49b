use strict;
use DBI;
$| = 1;
my $connection;
while (my $line = <STDIN>) {
    my $user = eval {
        my %settings = (RaiseError => 1, PrintError => 0, AutoCommit => 1);
        $connection = DBI->connect("dbi:Pg:" . join(";", split / /, $ENV{CONNINFO}), undef, undef, \%settings) if $line =~ /connect/;
        $connection = $connection->clone() if $line =~ /reset/;
        $connection->selectrow_array("SELECT session_user");
    };
    print $user // "error " . join(" ", split /\s+/, $@), "\n";
}
