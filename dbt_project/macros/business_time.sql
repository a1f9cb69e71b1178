{#
Business time between two instants, for any rows with a queue or a team. A model writes:

    from tickets
    {{ join_business_clocks(queue='tickets.queue', team='tickets.team_name') }}
    {{ join_business_time('created', 'tickets.created_at', business_clock()) }}
    {{ join_business_time('answered', 'tickets.answered_at', business_clock()) }}

and selects, as often as it has pairs of instants:

    {{ business_milliseconds(
        'created', 'tickets.created_at', 'answered', 'tickets.answered_at'
    ) }} as first_response_business_milliseconds

Each join finds one row by clock and UTC day, so a million rows cost two hash joins. Policy
`cumulative` is what stands above: each instant counts by the schedule then in force. For
`last_schedule` join both instants once more with the clock `answered.schedule_clock_id`. A row
that changes its queue on the way is cut there and the parts are summed.
#}

{# The clocks that a queue and a team have of their own, if any. #}
{% macro join_business_clocks(queue='cast(null as varchar)', team='cast(null as varchar)') -%}
    left join (
        select clock_id from {{ ref('int_calendar__clock_periods') }} group by clock_id
    ) as queue_clocks
        on queue_clocks.clock_id = 'queue:' || {{ normalized_text(queue) }}
    left join (
        select clock_id from {{ ref('int_calendar__clock_periods') }} group by clock_id
    ) as team_clocks
        on team_clocks.clock_id = 'team:' || {{ normalized_text(team) }}
{%- endmacro %}

{# The clock that counts: the queue's, else the team's, else the company's. #}
{% macro business_clock() -%}
    coalesce(queue_clocks.clock_id, team_clocks.clock_id, 'company')
{%- endmacro %}

{# The stretch of a clock, open or closed, in which an instant lies. #}
{% macro join_business_time(name, instant, clock) -%}
    left join {{ ref('int_calendar__business_segments') }} as {{ name }}
        on {{ name }}.clock_id = {{ clock }}
        and {{ name }}.utc_date = cast({{ instant }} as date)
        and {{ name }}.starts_at <= {{ instant }}
        and {{ name }}.ends_at > {{ instant }}
{%- endmacro %}

{# Open milliseconds from one joined instant to another; null where one is missing or they
   run backwards. #}
{% macro business_milliseconds(start_name, starts_at, end_name, ends_at) -%}
    case when {{ ends_at }} >= {{ starts_at }} then
        {{ business_position(end_name, ends_at) }}
        - {{ business_position(start_name, starts_at) }}
    end
{%- endmacro %}

{# Open milliseconds of a clock from its beginning to a joined instant. #}
{% macro business_position(name, instant) -%}
    ({{ name }}.open_milliseconds_before + case
        when {{ name }}.is_open
            then {{ dbt.datediff(name ~ '.starts_at', instant, 'millisecond') }}
        else 0
    end)
{%- endmacro %}

{# A wall-clock time of a day from `HH:MM`; 24:00 is the next midnight. #}
{% macro minutes_into(day, time_of_day) -%}
    (cast({{ day }} as timestamp) + interval 1 minute * (
        60 * cast(split_part({{ time_of_day }}, ':', 1) as integer)
        + cast(split_part({{ time_of_day }}, ':', 2) as integer)
    ))
{%- endmacro %}
