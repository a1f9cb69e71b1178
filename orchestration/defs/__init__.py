"""The definitions by room: each module makes one room's assets or the automation over them."""
