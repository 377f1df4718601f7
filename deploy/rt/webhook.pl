# Overflow's webhook: the code of a scrip (condition "On Transaction", action "User Defined",
# stage "TransactionBatch"), put into Request Tracker 5 by install.pl.
#
# Where to post and with which secret stands in a JSON file that is read at every firing, so that
# a secret is changed without a restart:
#   {"url": "https://overflow.shop.example/v1/shops/NAME/events/rt", "secret": "...",
#    "user": "svc-overflow"}
# and, where they differ from what is written here, "timeout": 3 (seconds) and
# "fields": ["Channel", "Language", "Tags", "OverflowReason"], the custom fields that are sent;
# or a list of such objects, one a shop. The file is $OverflowWebhook of RT_SiteConfig.pm, else
# /etc/request-tracker5/overflow.json; without it nothing is posted.
#
# Everything is looked at with the eyes of "user", the one whose token overflow reads with: a
# ticket it may not see is not sent, and "version", the last transaction it sees, is the very
# number that REST2 gives it as ETag. No subject, no text, nobody's address and no other custom
# field leaves RT.
use strict;
use warnings;
require Digest::SHA;
require Encode;
require JSON;
require LWP::UserAgent;

my @FIELDS = qw(Channel Language Tags OverflowReason);
my @batch  = grep { $_->ObjectType eq 'RT::Ticket' }
    @{ $self->TicketObj->TransactionBatch || [ $self->TransactionObj ] };

# Of a ticket that has just been merged RT already speaks as of the one that it has gone into; what
# happened to it stands in its own transactions.
my %numbers = map { $_ => 1 } $self->TicketObj->Id, map { $_->ObjectId } @batch;

my $utc = sub {
    my $date = shift;
    return $date->IsSet ? $date->W3CDTF( Timezone => 'UTC' ) : undef;
};

my $last_transaction = sub {
    my $transactions = shift->Transactions;
    $transactions->OrderByCols( { FIELD => 'id', ORDER => 'DESC' } );
    my $last = $transactions->First;
    return $last ? 0 + $last->Id : 0;
};

# The first message to the customer that neither the customer nor RT itself has sent.
my $answered = sub {
    my $ticket   = shift;
    my $messages = $ticket->Transactions;
    $messages->Limit( FIELD => 'Type', VALUE => 'Correspond' );
    $messages->OrderByCols( { FIELD => 'id', ORDER => 'ASC' } );
    while ( my $message = $messages->Next ) {
        next if $message->Creator == RT->SystemUser->Id;
        next if $ticket->IsRequestor( $message->Creator );
        return $utc->( $message->CreatedObj );
    }
    return undef;
};

my $custom_fields = sub {
    my ( $ticket, @names ) = @_;
    my %wanted = map { $_ => 1 } @names;
    my @values;
    my $fields = $ticket->CustomFields;
    while ( my $field = $fields->Next ) {
        next unless $wanted{ $field->Name };
        my $found = $field->ValuesForObject($ticket);
        my @texts;
        while ( my $value = $found->Next ) { push @texts, $value->Content }
        push @values, { name => $field->Name, values => \@texts };
    }
    return \@values;
};

# The caches would show what this process knew some seconds ago.
my $load = sub {
    my ( $user, $number ) = @_;
    DBIx::SearchBuilder::Record::Cachable->FlushCache;
    my $ticket = RT::Ticket->new($user);
    $ticket->Load($number);
    return $ticket;
};

# In the words of REST2. The version is looked up before the state is loaded: the state may then be
# newer than the version says, never older.
my $state = sub {
    my ( $user, $number, @names ) = @_;
    my $ticket = $load->( $user, $number );
    return unless $ticket->CurrentUserHasRight('ShowTicket');
    return ( ticket => { id => 0 + $number } ) if $ticket->Id != $number;
    my $version = $last_transaction->($ticket);
    $ticket = $load->( $user, $number );
    return (
        version  => $version,
        answered => $answered->($ticket),
        ticket   => {
            id           => 0 + $ticket->Id,
            Type         => $ticket->Type,
            Status       => $ticket->Status,
            Queue        => { Name => $ticket->QueueObj->Name },
            Owner        => { id => $ticket->OwnerObj->Name },
            Priority     => 0 + ( $ticket->Priority || 0 ),
            Created      => $utc->( $ticket->CreatedObj ),
            CustomFields => $custom_fields->( $ticket, @names ),
        },
    );
};

my $post = sub {
    my ( $hook, $payload ) = @_;
    my $body      = JSON->new->utf8->canonical->encode($payload);
    my $timestamp = time;
    my $signature = Digest::SHA::hmac_sha256_hex( "$timestamp.$body",
        Encode::encode_utf8( $hook->{secret} // '' ) );
    my $agent = LWP::UserAgent->new(
        timeout => $hook->{timeout} || 3,
        agent   => 'overflow-rt-scrip/1',
    );
    my $answer = $agent->post(
        $hook->{url},
        'Content-Type'   => 'application/json; charset=utf-8',
        'X-RT-Timestamp' => $timestamp,
        'X-RT-Signature' => "sha256=$signature",
        Content          => $body,
    );
    die $answer->status_line . "\n" unless $answer->is_success;
};

my $tell = sub {
    my ( $hook, $number ) = @_;
    my $user = RT::CurrentUser->new;
    $user->LoadByName( $hook->{user} // '' );
    die "the webhook file names no user that exists\n" unless $user->Id;

    my @own   = grep { $_->ObjectId == $number } @batch;
    my %state = $state->( $user, $number, @{ $hook->{fields} || \@FIELDS } );

    # It has left the queues that overflow sees: its number alone, so that overflow looks itself.
    %state = ( ticket => { id => 0 + $number } )
        if !%state && grep { $_->Type eq 'Set' && $_->Field eq 'Queue' } @own;
    return unless %state;

    my $is_new = grep { $_->Type eq 'Create' } @own;
    $post->(
        $hook,
        {   %state,
            event    => $is_new ? 'ticket.created' : 'ticket.updated',
            delivery => join( '-', 'rt', $number, $batch[-1]->Id ),
            actor    => $batch[0]->CreatorObj->Name,
        }
    );
};

my $hooks = eval {
    my $file = RT->Config->Get('OverflowWebhook') || '/etc/request-tracker5/overflow.json';
    return [] unless -e $file;
    open my $handle, '<', $file or die "cannot read $file: $!\n";
    my $found = JSON::decode_json( do { local $/; <$handle> } );
    return ref $found eq 'ARRAY' ? $found : [$found];
};
RT->Logger->error("overflow: webhook file: $@") if $@;

# A fault in here must never cost RT a ticket.
for my $hook ( @{ $hooks || [] } ) {
    for my $number ( sort keys %numbers ) {
        eval { $tell->( $hook, $number ); 1 }
            or RT->Logger->error("overflow: webhook for ticket $number: $@");
    }
}
return 1;
