"""Streams of Asterisk: the queue log, call detail records and channel events.

What lands of them, column by column. How files and tables are read belongs in the readers.
"""

from ingestion.stream import Column, ColumnType, StreamSpec

CONNECTOR = "asterisk"


def _columns(kind: ColumnType, **descriptions: str) -> tuple[Column, ...]:
    return tuple(
        Column(name=name, type=kind, description=description)
        for name, description in descriptions.items()
    )


def _required(name: str, kind: ColumnType, description: str) -> Column:
    return Column(name=name, type=kind, description=description, required=True)


QUEUE_LOG = StreamSpec(
    connector=CONNECTOR,
    name="queue_log",
    description="One row per event that the queue application wrote.",
    key=("event_id",),
    version="event_order",
    updated_at="occurred_at",
    columns=(
        _required("event_id", ColumnType.ID, "Place in the log, or the id in the table."),
        _required(
            "event_order",
            ColumnType.INTEGER,
            "Position over all rotations; orders events, since clocks have whole seconds.",
        ),
        _required("occurred_at", ColumnType.TIMESTAMP, "When the event was written."),
        *_columns(ColumnType.ID, call_id="Unique id of the call; NONE, CLI or REALTIME if none."),
        *_columns(
            ColumnType.TEXT,
            queue="Name of the queue; NONE if none.",
            agent="Member as the log names it, such as Agent/901.",
        ),
        _required("event", ColumnType.TEXT, "Event in upper case, such as ENTERQUEUE."),
        *_columns(ColumnType.PHONE, caller_phone="Number of the caller, from ENTERQUEUE."),
        *_columns(
            ColumnType.TEXT,
            data1="First parameter; its meaning depends on the event.",
            data2="Second parameter; the caller's number is blanked.",
            data3="Third parameter.",
            data4="Fourth parameter.",
            data5="Fifth parameter and any further ones.",
        ),
    ),
)

CDR = StreamSpec(
    connector=CONNECTOR,
    name="cdr",
    description="One row per leg of a call, written when the leg ends.",
    key=("cdr_id",),
    version="ended_at",
    updated_at="ended_at",
    columns=(
        _required("cdr_id", ColumnType.ID, "Hash of unique id, sequence, channels and start."),
        *_columns(
            ColumnType.ID,
            unique_id="Unique id of the channel.",
            linked_id="Unique id of the first channel of the call, if the PBX writes it.",
        ),
        *_columns(ColumnType.INTEGER, sequence="Number of the record within the PBX."),
        _required("started_at", ColumnType.TIMESTAMP, "When the leg began."),
        *_columns(
            ColumnType.TIMESTAMP,
            answered_at="When it was answered.",
            ended_at="When it ended.",
        ),
        *_columns(ColumnType.PHONE, source_phone="Number that called, if not an extension."),
        *_columns(ColumnType.TEXT, source_extension="Extension that called."),
        *_columns(ColumnType.PHONE, destination_phone="Number called, if not an extension."),
        *_columns(
            ColumnType.TEXT,
            destination_extension="Extension called.",
            context="Dialplan context.",
            channel="Channel, numbers blanked.",
            destination_channel="Channel that was called, numbers blanked.",
            last_application="Dialplan application that ran last.",
            disposition="How the leg ended.",
        ),
        *_columns(
            ColumnType.INTEGER,
            duration_seconds="From start to end.",
            billable_seconds="From answer to end, menus included.",
        ),
        *_columns(
            ColumnType.TEXT,
            user_field="What the dialplan noted.",
            account_code="Account code.",
            recording_file="Name of the recording, the caller's number blanked.",
        ),
    ),
)

CEL = StreamSpec(
    connector=CONNECTOR,
    name="cel",
    description="One row per channel event.",
    key=("cel_id",),
    version="event_at",
    updated_at="event_at",
    columns=(
        _required("cel_id", ColumnType.ID, "Place in the log."),
        _required("event_type", ColumnType.TEXT, "Event, such as ANSWER."),
        _required("event_at", ColumnType.TIMESTAMP, "When it happened."),
        *_columns(ColumnType.PHONE, caller_phone="Number of the caller, if not an extension."),
        *_columns(
            ColumnType.TEXT,
            extension="Extension, numbers blanked.",
            channel="Channel, numbers blanked.",
        ),
        *_columns(
            ColumnType.ID,
            unique_id="Unique id of the channel.",
            linked_id="Unique id of the first channel of the call.",
        ),
        *_columns(ColumnType.TEXT, application="Dialplan application."),
    ),
)

STREAMS = {spec.name: spec for spec in (QUEUE_LOG, CDR, CEL)}
