-- Weights that add up to less would leave a part of every score to nobody.
select sum(weight) as total_weight
from {{ ref('agent_scorecard_components') }}
having sum(weight) <> 1
