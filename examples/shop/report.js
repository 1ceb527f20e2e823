// The sales report of the shop: pure JavaScript, a process of its own for about five seconds.
// node --perf-basic-prof tells perf the names of the functions it compiles.
'use strict';

const end = Date.now() + 4700;
let seed = 12345;

function draw() {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed;
}

function readOrders(n) {
    const orders = [];
    for (let i = 0; i < n; i++)
        orders.push({ id: i, customer: 'c' + draw() % 500, cents: draw() % 10000, day: draw() % 28 });
    return orders;
}

function groupByCustomer(orders) {
    const groups = new Map();
    for (const order of orders) {
        const group = groups.get(order.customer);
        if (group)
            group.push(order);
        else
            groups.set(order.customer, [order]);
    }
    return groups;
}

function sumOrders(orders) {
    let cents = 0;
    for (const order of orders)
        cents += order.cents;
    return cents;
}

function formatCustomer(name, orders) {
    const days = [...new Set(orders.map((order) => order.day))].sort((a, b) => a - b);
    return `${name}: ${(sumOrders(orders) / 100).toFixed(2)} on ${days.join(', ')}`;
}

function printReport() {
    const groups = groupByCustomer(readOrders(20000));
    const lines = [];
    for (const [name, orders] of groups)
        lines.push(formatCustomer(name, orders));
    return JSON.stringify(lines.sort()).length;
}

let length = 0;
while (Date.now() < end)
    length = printReport();
console.log(`report: ${length} characters`);
