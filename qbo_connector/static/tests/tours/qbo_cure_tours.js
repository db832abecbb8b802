/** @odoo-module **/
/** An accountant mends what is stuck, from the list of causes: a mapping in a dialog, a field that is marked. */

import { registry } from "@web/core/registry";

const causes = [
    {
        content: "Nobody needs developer mode to find it",
        trigger: "[data-menu-xmlid='qbo_connector.menu_qbo_queue_cause']",
        run: "click",
    },
];

registry.category("web_tour.tours").add("qbo_mend_causes", {
    steps: () => [
        ...causes,
        {
            content: "Three invoices and their item wait for one mapping",
            trigger: ".o_data_row:contains(Mapping missing) .o_data_cell[name=entry_count]:contains(4)",
        },
        {
            trigger: ".o_data_row:contains(Mapping missing) .o_data_cell[name=amounts]:contains(300.00)",
        },
        {
            trigger: ".o_data_row:contains(Mapping missing) button:contains(Open Mapping)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reference_id] input",
            run: "edit Sales of Product",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-menu li a:contains(Sales of Product Income)",
            run: "click",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        ...causes,
        {
            content: "They are on their way, and the row is gone",
            trigger: ".o_list_view:has(.o_data_row:contains(Cannot be sent)):not(:has(.o_data_row:contains(Mapping missing)))",
        },
        {
            trigger: ".o_data_row:contains(Cannot be sent) button:contains(Correct)",
            run: "click",
        },
        {
            content: "The field that stops the customer is marked",
            trigger: ".o_form_view .o_field_widget.o_qbo_field[name=name]",
        },
        {
            trigger: ".o_form_view .o_field_widget.o_qbo_field[name=name] .o_input",
            run: "edit Smiling Sam",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
