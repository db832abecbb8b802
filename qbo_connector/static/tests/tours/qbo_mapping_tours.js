/** @odoo-module **/
/** What an accountant does in the mapping wizard: look through the tabs, search, accept, create what is missing, save. */

import { registry } from "@web/core/registry";

const row = (name) => `.modal .o_data_row:has([name=name]:contains(${name}))`;

registry.category("web_tour.tours").add("qbo_mapping_wizard", {
    steps: () => [
        {
            trigger: "button[name=action_open_mapping_wizard]",
            run: "click",
        },
        {
            content: "The tabs count what is mapped, and what needs it comes first",
            trigger: ".modal .nav-link.active[data-tab=account] .badge.text-bg-warning",
        },
        {
            content: "Look for a term by its name",
            trigger: ".modal .nav-link[data-tab=term]",
            run: "click",
        },
        {
            trigger: ".modal .nav-link.active[data-tab=term]",
        },
        {
            trigger: ".modal .o_qbo_search",
            run: "edit Tour Term",
        },
        {
            trigger: ".modal:not(:has(.o_data_row:eq(1))) .o_data_row:contains(Tour Term)",
        },
        {
            content: "QuickBooks has none like it: create it there",
            trigger: `${row("Tour Term")} button[name=action_create]`,
            run: "click",
        },
        {
            trigger: ".modal-dialog:contains(cannot be deleted) .btn-primary",
            run: "click",
        },
        {
            content: "It is chosen, and the search is still there",
            trigger: `${row("Tour Term")} [name=reference_id]:contains(Tour Term)`,
        },
        {
            trigger: ".modal .o_qbo_search:value(Tour Term)",
        },
        {
            content: "The account that an invoice waits for",
            trigger: ".modal .nav-link[data-tab=account]",
            run: "click",
        },
        {
            trigger: ".modal .nav-link.active[data-tab=account]",
        },
        {
            trigger: ".modal .o_qbo_search",
            run: "edit 487950",
        },
        {
            content: "The item of its lines waits for it",
            trigger: `${row("Tour Sales")} [name=waiting_count]:contains(1)`,
        },
        {
            content: "Choose another than the suggested one",
            trigger: `${row("Tour Sales")} [name=reference_id]`,
            run: "click",
        },
        {
            trigger: ".modal .o_selected_row [name=reference_id] input",
            run: "edit Services",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Services)",
            run: "click",
        },
        {
            content: "Before it is saved, it says what that sets going",
            trigger: ".modal-footer:contains(entries go on when you save) [name=release_count]:contains(2)",
        },
        {
            content: "Looking at another tab loses nothing",
            trigger: ".modal .nav-link[data-tab=journal]",
            run: "click",
        },
        {
            trigger: ".modal .nav-link.active[data-tab=journal]",
        },
        {
            trigger: ".modal-footer [name=release_count]:contains(2)",
        },
        {
            content: "Accept all the others, and save",
            trigger: ".modal button[name=action_accept_all]",
            run: "click",
        },
        {
            trigger: ".modal:not(:has(button[name=action_accept_all]))",
        },
        {
            trigger: ".modal button[name=action_save]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});
